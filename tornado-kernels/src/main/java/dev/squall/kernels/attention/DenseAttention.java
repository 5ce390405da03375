package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;

/** Softmax attention over all visible keys: the yardstick of every sparse method. */
public final class DenseAttention implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("attention.dense", "softmax attention over all visible keys")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .parameter(AttentionShape.causalParameter())
          .parameter(AttentionShape.scaleParameter())
          .require(AttentionShape::headsComplaint)
          .out("o", ElementType.F32, "H", "L", "D")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** 4 D operations a visible pair; the exponential is not counted, as is custom. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = AttentionShape.of(sizes);
    double operations = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    return new Cost(operations, AttentionPrograms.tensorBytes(shape));
  }

  @Override
  public Reference reference() {
    return SparseAttentionReference.dense();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(AttentionPrograms.outputTolerance(), TensorCorePrograms.outputTolerance());
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> SparseAttentionSimd.workspaceBytes(AttentionShape.of(sizes)),
            DenseAttention::simd),
        AttentionPrograms.wide(AttentionPrograms::dense),
        AttentionPrograms.tiles(AttentionPrograms::dense),
        AttentionPrograms.rows(AttentionPrograms::dense),
        Variant.Device.loops(sizes -> AttentionPrograms.loops(AttentionPrograms.dense(sizes))),
        TensorCorePrograms.variant(AttentionPrograms::dense));
  }

  private static void simd(Call call, HostThreads threads) {
    AttentionShape shape = AttentionShape.of(call.sizes());
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        shape,
        KeyRuns.dense(shape),
        threads);
  }
}
