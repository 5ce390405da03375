package dev.squall.kernels.mamba2;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** The kernel of Mamba-2. */
public final class Mamba2Family implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new StateSpaceDual());
  }
}
