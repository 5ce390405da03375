package dev.squall.kernels.modm;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** Image generation from a cache of images and a mix of models (MoDM, arXiv 2503.11972). */
public final class ModmFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new Retrieval());
  }
}
