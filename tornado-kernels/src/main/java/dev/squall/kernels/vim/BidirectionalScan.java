package dev.squall.kernels.vim;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.mamba.DirectedScans;
import dev.squall.kernels.mamba.DirectedScansPrograms;
import dev.squall.kernels.mamba.DirectedScansSimd;
import dev.squall.kernels.mamba.ScanPath;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * {@code vim.bidirectional_scan}: the selective scan of Vision Mamba (Zhu et al. 2024, arXiv
 * 2401.09417, algorithm 1), forward with the first set of operands plus backward with the second,
 * added position by position and gated by z · sigmoid(z) where z is given.
 *
 * <p>The leading axis K of the operands is 2, or 1 where both directions share one set. Operands of
 * the backward scan lie by position as those of the forward scan do; nothing is flipped.
 */
public final class BidirectionalScan implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("vim.bidirectional_scan", "selective scan forward plus backward")
          .in("u", ElementType.F32, "K", "C", "L")
          .in("delta", ElementType.F32, "K", "C", "L")
          .in("a", ElementType.F32, "K", "C", "N")
          .in("b", ElementType.F32, "K", "G", "N", "L")
          .in("c", ElementType.F32, "K", "G", "N", "L")
          .optionalIn("d", ElementType.F32, "K", "C")
          .optionalIn("z", ElementType.F32, "C", "L")
          .optionalIn("delta_bias", ElementType.F32, "K", "C")
          .parameter(
              Parameter.flag("softplus", true, "time steps are softplus(delta + delta_bias)"))
          .require(
              sizes ->
                  sizes.dim("K") <= 2
                      ? null
                      : "K = %d sets of operands, expected 2, or 1 for both directions"
                          .formatted(sizes.dim("K")))
          .require(DirectedScans::groupsComplaint)
          .out("y", ElementType.F32, "C", "L")
          .build();

  private final Reference reference = new BidirectionalScanReference();

  static DirectedScans scans(Sizes sizes) {
    int length = sizes.extent("L");
    return new DirectedScans(
        sizes.extent("C"),
        sizes.extent("G"),
        sizes.extent("N"),
        length,
        sizes.flag("softplus"),
        List.of(ScanPath.along(length, false), ScanPath.along(length, true)),
        sizes.extent("K"),
        sizes.extent("K"));
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    DirectedScans scans = scans(sizes);
    double gate = sizes.given("z") ? (double) scans.channels() * scans.length() : 0;
    return new Cost(scans.operations(), Float.BYTES * (scans.elements() + gate));
  }

  /**
   * @throws SquallException INVALID_INPUT as {@code mamba.selective_scan}
   */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    scans(sizes).check(id(), inputs);
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "y",
            1e-30,
            2.5e-7,
            "as mamba.selective_scan, with one more addition: the magnitude counts roundings"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> DirectedScansSimd.workspaceBytes(scans(sizes)),
            (call, threads) -> DirectedScansSimd.run(call, scans(call.sizes()), threads)),
        DirectedScansPrograms.loops(BidirectionalScan::scans));
  }
}
