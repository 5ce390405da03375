package dev.squall.kernels.mminference;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** Grids and modality boundaries: the methods of MMInference. */
public final class MminferenceFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new GridSearch(), new GridAttention(), new BoundaryAttention());
  }
}
