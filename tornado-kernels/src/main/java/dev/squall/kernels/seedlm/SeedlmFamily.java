package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** Weights compressed into seeds of pseudo-random generators (SeedLM, arXiv 2410.10714). */
public final class SeedlmFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new SeedDecode(), new SeedMatvec(), new SeedGemm(), new SeedSearch());
  }
}
