package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.List;

/** XAttention: antidiagonal scoring, block masses, selection, and the prefill that uses them. */
public final class XAttentionFamily implements KernelFamily {
  @Override
  public List<Kernel> kernels() {
    return List.of(
        new AntidiagonalScores(),
        new BlockMass(),
        new BlockSelection(),
        new SparsePrefill(),
        new GroupPrefill());
  }
}
