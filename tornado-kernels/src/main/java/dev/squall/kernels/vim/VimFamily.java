package dev.squall.kernels.vim;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** The kernel of Vision Mamba. */
public final class VimFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new BidirectionalScan());
  }
}
