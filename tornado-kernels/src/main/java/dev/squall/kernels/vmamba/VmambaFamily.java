package dev.squall.kernels.vmamba;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** The kernel of VMamba. */
public final class VmambaFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new CrossScan());
  }
}
