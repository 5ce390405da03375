package dev.squall.kernels.frontier;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** The methods of The Sparse Frontier. */
public final class FrontierFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(
        new VerticalSlash(),
        new FlexPrefill(),
        new BlockTopk(),
        new Quest(),
        new SnapKv(),
        new AdaSnapKv());
  }
}
