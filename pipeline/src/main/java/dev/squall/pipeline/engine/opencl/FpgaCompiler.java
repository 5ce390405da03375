package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import dev.squall.pipeline.fpga.FpgaDevice;
import java.util.List;
import org.lwjgl.opencl.CL10;

/** Compiles OpenCL C for the FPGA device that this process sees. */
public final class FpgaCompiler implements AutoCloseable {
  private final OpenClContext context;

  private FpgaCompiler(OpenClContext context) {
    this.context = context;
  }

  /**
   * @throws SquallException UNSUPPORTED if there is no such device
   */
  public static FpgaCompiler open() {
    List<OpenClInfo.Handles> handles = OpenClInfo.devices();
    for (int i = 0; i < handles.size(); i++) {
      DeviceFacts facts = OpenClInfo.facts(i, handles.get(i));
      if (OpenClEngines.target(facts.platform(), facts.type()) == BundleTarget.OPENCL_FPGA) {
        return new FpgaCompiler(OpenClContext.open(handles.get(i), facts));
      }
    }
    throw SquallException.unsupported("the driver shows no FPGA device");
  }

  public FpgaDevice device() {
    return ProgramCache.fpga(context);
  }

  /**
   * @param name of the source, for messages
   * @return what the device loads instead of the source
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  public byte[] compile(byte[] source, String name) {
    long program = new OpenClPrograms(context).ofSource(source, name);
    try {
      byte[] binary = OpenClPrograms.binary(program);
      if (binary.length == 0) {
        throw new SquallException(ErrorClass.COMPILE, name + ": the driver gives no binary");
      }
      return binary;
    } finally {
      CL10.clReleaseProgram(program);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
