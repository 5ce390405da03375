package dev.squall.kernels.ouromamba;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.InputChecks;
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
 * {@code ouromamba.quantize}: activations in few bits, with the channels that stick out found while
 * running and kept in more bits (OuroMamba, section 3.2).
 *
 * <p>Inputs {@code x} f32[B,L,C] and {@code inlier_scale} f32[L], positive, from calibration.
 * Outputs {@code q_in} i8, {@code q_out} i8 and {@code outlier} u8, all [B,L,C], and {@code
 * outlier_scale} f32[B,L]: x ≈ inlier_scale[l]·q_in + outlier_scale[b,l]·q_out.
 *
 * <p>Each sample keeps a list O of outlier channels, emptied every {@code refresh} steps. At step
 * l, if max|x| over the channels outside O, divided by qmax_in, exceeds inlier_scale[l], then the
 * channels with |x| above mean + sigma·sd join O; mean and unbiased sd are those of |x| over all C
 * channels, the ones in O taken as 0. Channels outside O become round(x / inlier_scale[l]) in q_in,
 * those in O become round(x / s) in q_out with s = max|x| over O, divided by qmax_out. Rounding is
 * to even, clipped at qmax = 2^(bits−1) − 1; each is 0 where the other holds the channel. Detection
 * is per sample: it does not depend on what else is in the batch.
 *
 * <p>With one channel the standard deviation is undefined and nothing ever joins O. Where O is
 * empty or holds only zeros, outlier_scale and q_out are 0.
 */
public final class OutlierQuantizer implements Kernel {
  static final String WINDOWS = "windows";

  private static final int GROUP = OutlierQuantizerTiles.GROUP;

  private static final Signature SIGNATURE =
      Signature.of("ouromamba.quantize", "activations in few bits with dynamic outlier channels")
          .in("x", ElementType.F32, "B", "L", "C")
          .in("inlier_scale", ElementType.F32, "L")
          .out("q_in", ElementType.I8, "B", "L", "C")
          .out("q_out", ElementType.I8, "B", "L", "C")
          .out("outlier", ElementType.U8, "B", "L", "C")
          .out("outlier_scale", ElementType.F32, "B", "L")
          .parameter(
              Parameter.integer("inlier_bits", 4, 2, 8, "bits of a channel outside the list"))
          .parameter(Parameter.integer("outlier_bits", 8, 2, 8, "bits of a channel in the list"))
          .parameter(
              Parameter.integer(
                  "refresh", 10, 1, Integer.MAX_VALUE, "steps after which the list is emptied"))
          .parameter(
              Parameter.real(
                  "sigma", 3, 0, 1e6, "standard deviations above the mean that make an outlier"))
          .derive(WINDOWS, sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("refresh")))
          .build();

  private final Reference reference = new OutlierQuantizerReference();

  /** The largest magnitude of a signed integer of {@code bits} bits, symmetric around zero. */
  static int largest(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Seven operations an element: magnitude, two maxima, division, clipping, rounding. */
  @Override
  public Cost cost(Sizes sizes) {
    double steps = (double) sizes.dim("B") * sizes.dim("L");
    double elements = steps * sizes.dim("C");
    return new Cost(7 * elements, 7 * elements + 4 * steps + 4.0 * sizes.dim("L"));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.exact("q_in"),
        Tolerance.exact("q_out"),
        Tolerance.exact("outlier"),
        Tolerance.anyEngine(
            "outlier_scale",
            0,
            OutlierQuantizerReference.DIVISION_ERROR,
            "one single-precision division, which OpenCL allows 2.5 units in the last place"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", OutlierQuantizerSimd::run),
        Variant.Device.tiles(GROUP, GROUP * Float.BYTES, OutlierQuantizer::tiles),
        Variant.Device.loops(OutlierQuantizer::loops));
  }

  private static Program loops(Sizes sizes) {
    Task task =
        new Task(
            OutlierQuantizerLoops.class,
            "quantize",
            Grid.loops(units(sizes)),
            (graph, id, args) ->
                graph.task(
                    id,
                    OutlierQuantizerLoops::quantize,
                    args.f32("x"),
                    args.f32("inlier_scale"),
                    args.bytes("q_in"),
                    args.bytes("q_out"),
                    args.bytes("outlier"),
                    args.f32("outlier_scale"),
                    args.dims(),
                    args.scalars()));
    return Program.of(task, dims(sizes), scalars(sizes));
  }

  private static Program tiles(Sizes sizes) {
    Task task =
        new Task(
            OutlierQuantizerTiles.class,
            "quantize",
            Grid.groups(units(sizes), GROUP),
            (graph, id, args) ->
                graph.task(
                    id,
                    OutlierQuantizerTiles::quantize,
                    args.context(),
                    args.f32("x"),
                    args.f32("inlier_scale"),
                    args.bytes("q_in"),
                    args.bytes("q_out"),
                    args.bytes("outlier"),
                    args.f32("outlier_scale"),
                    args.dims(),
                    args.scalars()));
    return Program.of(task, dims(sizes), scalars(sizes));
  }

  private static int units(Sizes sizes) {
    return Math.multiplyExact(sizes.extent("B"), sizes.extent(WINDOWS));
  }

  private static List<Integer> dims(Sizes sizes) {
    return List.of(
        units(sizes),
        sizes.extent(WINDOWS),
        sizes.extent("L"),
        sizes.extent("C"),
        sizes.integer("refresh"));
  }

  private static List<Float> scalars(Sizes sizes) {
    return List.of(
        (float) largest(sizes.integer("inlier_bits")),
        (float) largest(sizes.integer("outlier_bits")),
        (float) sizes.real("sigma"));
  }

  /** Finite activations, positive scales. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    InputChecks.requireRange(
        id(), "inlier_scale", inputs.get("inlier_scale"), Float.MIN_VALUE, Float.MAX_VALUE);
  }
}
