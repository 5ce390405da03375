package dev.squall.kernels.vmamba;

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
 * {@code vmamba.cross_scan}: the four-way selective scan of VMamba (Liu et al. 2024, arXiv
 * 2401.10166, section 4.2) over a plane [H, W]: along the rows, down the columns, and both back,
 * each with a set of operands of its own, added position by position and gated by z · sigmoid(z)
 * where z is given.
 *
 * <p>All operands lie by position in row-major order, whatever the direction: the cross-scan and
 * the cross-merge are index arithmetic, nothing is copied, transposed or flipped.
 */
public final class CrossScan implements Kernel {
  private static final int DIRECTIONS = 4;

  private static final Signature SIGNATURE =
      Signature.of("vmamba.cross_scan", "selective scan of a plane in four directions")
          .in("u", ElementType.F32, "C", "H", "W")
          .in("delta", ElementType.F32, "K", "C", "H", "W")
          .in("a", ElementType.F32, "K", "C", "N")
          .in("b", ElementType.F32, "K", "G", "N", "H", "W")
          .in("c", ElementType.F32, "K", "G", "N", "H", "W")
          .optionalIn("d", ElementType.F32, "K", "C")
          .optionalIn("z", ElementType.F32, "C", "H", "W")
          .optionalIn("delta_bias", ElementType.F32, "K", "C")
          .parameter(
              Parameter.flag("softplus", true, "time steps are softplus(delta + delta_bias)"))
          .require(
              sizes ->
                  sizes.dim("K") == DIRECTIONS
                      ? null
                      : "K = %d sets of operands, expected 4".formatted(sizes.dim("K")))
          .require(DirectedScans::groupsComplaint)
          .require(
              sizes ->
                  sizes.dim("H") * sizes.dim("W") <= Integer.MAX_VALUE
                      ? null
                      : "H × W = %d positions, at most %d"
                          .formatted(sizes.dim("H") * sizes.dim("W"), Integer.MAX_VALUE))
          .out("y", ElementType.F32, "C", "H", "W")
          .build();

  private final Reference reference = new CrossScanReference();

  static DirectedScans scans(Sizes sizes) {
    int height = sizes.extent("H");
    int width = sizes.extent("W");
    return new DirectedScans(
        sizes.extent("C"),
        sizes.extent("G"),
        sizes.extent("N"),
        height * width,
        sizes.flag("softplus"),
        List.of(
            ScanPath.along(height * width, false),
            ScanPath.down(height, width, false),
            ScanPath.along(height * width, true),
            ScanPath.down(height, width, true)),
        1,
        DIRECTIONS);
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
            "as mamba.selective_scan, with three more additions: the magnitude counts roundings"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> DirectedScansSimd.workspaceBytes(scans(sizes)),
            (call, threads) -> DirectedScansSimd.run(call, scans(call.sizes()), threads)),
        DirectedScansPrograms.loops(CrossScan::scans));
  }
}
