package dev.squall.kernels.ouromamba;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** Quantised state space models with dynamic outliers (OuroMamba, arXiv 2503.10959). */
public final class OuromambaFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new OutlierQuantizer(), new MixedLinear(), new QuantizedScan());
  }
}
