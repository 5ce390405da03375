package dev.squall.kernels.attention;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** Dense and block-sparse attention. */
public final class AttentionFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(new DenseAttention(), new BlockSparseAttention());
  }
}
