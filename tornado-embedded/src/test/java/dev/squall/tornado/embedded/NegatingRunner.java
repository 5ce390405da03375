package dev.squall.tornado.embedded;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Runs one kind of file, "*.test": negates the elements that the range covers. */
public final class NegatingRunner implements PrebuiltKernelRunner {

  @Override
  public boolean supports(PrebuiltKernel kernel) {
    return kernel.file().toString().endsWith(".test") && kernel.entryPoint().equals("negate");
  }

  @Override
  public void run(PrebuiltKernel kernel) {
    IntArray data = (IntArray) kernel.parameters().getFirst().value();
    for (int i = 0; i < kernel.range().globalX(); i++) {
      data.set(i, -data.get(i));
    }
  }
}
