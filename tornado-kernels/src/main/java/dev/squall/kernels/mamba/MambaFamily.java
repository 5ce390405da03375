package dev.squall.kernels.mamba;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** The kernels of a Mamba block: the causal convolution and the selective scan behind it. */
public final class MambaFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new SelectiveScan(), new CausalConv1d());
  }
}
