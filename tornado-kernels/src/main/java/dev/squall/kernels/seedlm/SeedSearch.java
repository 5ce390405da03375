package dev.squall.kernels.seedlm;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code seedlm.search}: compresses weights into seeds and coefficients (SeedLM, section 3.2).
 *
 * <p>Input {@code w} f32 of any shape, taken in row-major order, blocks of 8 (config=4bit) or 12
 * (3bit), the last filled with zeros. Outputs {@code words} as in {@link SeedDecode}, {@code scale}
 * f32[1], {@code error} f32[blocks]: the relative error |w − ŵ| / |w| of each block, 0 for a block
 * of zeros.
 *
 * <p>Weights are divided by {@code scale}, a power of two (auto: see {@link SeedScale}). For each
 * of the first {@code seeds} seeds the least-squares coefficients are rounded to four bits under
 * one exponent ⌈log₂(max|t| / 7.5)⌉ in −8 … 7; the seed with the least squared error of the rounded
 * coefficients is kept, of equal ones the lowest. A block of zeros is state 1, exponent −8 and
 * mantissas 0. Different seeds may have nearly the same error: words are right if their error is.
 */
public final class SeedSearch implements Kernel {
  static final String BLOCKS = "blocks";

  private static final String STORED = "stored";
  private static final String TENSORS = "tensors";

  private static final Signature SIGNATURE =
      Signature.of("seedlm.search", "weights to shift-register seeds and 4-bit coefficients")
          .in("w", ElementType.F32, Signature.ANY)
          .out(
              "words",
              SeedFormat.FOUR_BIT.storage(),
              new Port.Alternative(
                  "config", SeedFormat.THREE_BIT.label(), SeedFormat.THREE_BIT.storage()),
              STORED)
          .out("scale", ElementType.F32, TENSORS)
          .out("error", ElementType.F32, BLOCKS)
          .parameter(
              Parameter.choice(
                  "config",
                  "4bit: 8 weights in 32 bits; 3bit: 12 weights in 36 bits",
                  SeedFormat.FOUR_BIT.label(),
                  SeedFormat.THREE_BIT.label()))
          .parameter(
              Parameter.integer(
                  "seeds",
                  SeedEncoder.ALL_SEEDS,
                  1,
                  SeedEncoder.ALL_SEEDS,
                  "how many seeds to try; fewer are quicker and worse"))
          .parameter(
              Parameter.real(
                  "scale",
                  Double.NaN,
                  Math.scalb(1.0, -SeedScale.LARGEST),
                  Math.scalb(1.0, SeedScale.LARGEST),
                  "power of two that weights are divided by; by default from the weights"))
          .derive(
              BLOCKS,
              sizes -> Math.ceilDiv(sizes.dim(Signature.ANY), SeedDecode.format(sizes).weights()))
          .derive(STORED, sizes -> SeedDecode.format(sizes).stored(sizes.dim(BLOCKS)))
          .derive(TENSORS, sizes -> 1)
          .require(SeedSearch::complaint)
          .build();

  static final Tolerance ERROR =
      Tolerance.anyEngine(
          "error",
          1e-6,
          5e-6,
          "differences of fp32 weights, off by up to 2⁻²³ of the weights, squared and summed");

  private final Reference reference = new SeedSearchReference();

  private static String complaint(Sizes sizes) {
    double scale = sizes.real("scale");
    return Double.isNaN(scale) || scale == Math.scalb(1.0, Math.getExponent(scale))
        ? null
        : "parameter scale = %s: expected a power of two".formatted(scale);
  }

  /** The exponent of the scale. */
  static int shift(Call call) {
    double asked = call.sizes().real("scale");
    return Double.isNaN(asked) ? SeedScale.shift(call.in("w")) : Math.getExponent(asked);
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The projections on all bases, which every exact search needs; what else is tried depends. */
  @Override
  public Cost cost(Sizes sizes) {
    SeedFormat format = SeedDecode.format(sizes);
    double candidates = (double) sizes.dim(BLOCKS) * sizes.integer("seeds");
    return new Cost(
        candidates * format.coefficients() * (2 * format.weights() + 2),
        (double) Float.BYTES * (sizes.dim(Signature.ANY) + sizes.dim(BLOCKS) + 1)
            + (double) sizes.dim(STORED) * format.storage().bytes());
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.exact("words"), Tolerance.exact("scale"), ERROR);
  }

  /** The relative error of the whole tensor. */
  @Override
  public List<Metric> metrics(Call call) {
    Tensor w = call.in("w");
    int size = SeedDecode.format(call.sizes()).weights();
    double error = 0;
    double all = 0;
    for (long block = 0; block < call.sizes().dim(BLOCKS); block++) {
      double squares = 0;
      for (long i = block * size; i < Math.min(w.elements(), (block + 1) * size); i++) {
        squares += (double) w.f32(i) * w.f32(i);
      }
      all += squares;
      error += squares * call.out("error").f32(block) * call.out("error").f32(block);
    }
    return List.of(new Metric("relative_error", all == 0 ? 0 : Math.sqrt(error / all)));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SeedSearchSimd::workspaceBytes, SeedSearchSimd::run),
        Variant.Device.loops(SeedSearch::loops));
  }

  private static Program loops(Sizes sizes) {
    SeedFormat format = SeedDecode.format(sizes);
    int weights = sizes.extent(Signature.ANY);
    int blocks = sizes.extent(BLOCKS);
    int seeds = sizes.integer("seeds");
    int chunks = Math.ceilDiv(weights, SeedSearchLoops.CHUNK);
    int pairs = Math.ceilDiv(blocks, 2);
    List<Task> tasks = new ArrayList<>();
    tasks.add(
        new Task(
            SeedSearchLoops.class,
            "exponents",
            Grid.loops(chunks),
            (graph, id, args) ->
                graph.task(
                    id,
                    SeedSearchLoops::exponents,
                    args.f32("w"),
                    args.i32("exponents"),
                    args.dims())));
    tasks.add(
        new Task(
            SeedSearchLoops.class,
            "scale",
            Grid.loops(1),
            (graph, id, args) ->
                graph.task(
                    id,
                    SeedSearchLoops::scale,
                    args.i32("exponents"),
                    args.f32("scale"),
                    args.dims(),
                    args.scalars())));
    tasks.add(
        new Task(
            SeedSearchLoops.class,
            "bases",
            Grid.loops(seeds),
            (graph, id, args) ->
                graph.task(id, SeedSearchLoops::bases, args.f32("inverses"), args.dims())));
    tasks.add(
        new Task(
            SeedSearchLoops.class,
            "search",
            Grid.loops(blocks),
            (graph, id, args) ->
                graph.task(
                    id,
                    SeedSearchLoops::search,
                    args.f32("w"),
                    args.f32("inverses"),
                    args.f32("scale"),
                    args.i32("codes"),
                    args.f32("error"),
                    args.dims(),
                    args.scalars())));
    tasks.add(
        format == SeedFormat.FOUR_BIT
            ? new Task(
                SeedSearchLoops.class,
                "packFourBit",
                Grid.loops(blocks),
                (graph, id, args) ->
                    graph.task(
                        id,
                        SeedSearchLoops::packFourBit,
                        args.i32("codes"),
                        args.i32("words"),
                        args.dims()))
            : new Task(
                SeedSearchLoops.class,
                "packThreeBit",
                Grid.loops(pairs),
                (graph, id, args) ->
                    graph.task(
                        id,
                        SeedSearchLoops::packThreeBit,
                        args.i32("codes"),
                        args.bytes("words"),
                        args.dims())));
    Map<String, TensorType> scratch =
        Map.of(
            "exponents",
            type(ElementType.I32, 2L * chunks),
            "inverses",
            type(ElementType.F32, (long) seeds * format.coefficients() * format.weights()),
            "codes",
            type(ElementType.I32, 4L * pairs));
    List<Integer> dims =
        List.of(weights, chunks, blocks, seeds, format.weights(), format.coefficients(), pairs, 1);
    return new Program(tasks, scratch, dims, scalars(sizes));
  }

  private static TensorType type(ElementType type, long elements) {
    return new TensorType(type, List.of(elements));
  }

  /** Factors, powers of two of the mantissas, limits of the exponents, and the scale or 0. */
  private static List<Float> scalars(Sizes sizes) {
    List<Float> scalars = new ArrayList<>(SeedDecode.factors());
    for (int e = SeedBlock.MIN_EXPONENT; e <= SeedBlock.MAX_EXPONENT; e++) {
      scalars.add(Math.scalb(1f, -e));
    }
    for (int e = SeedBlock.MIN_EXPONENT; e < SeedBlock.MAX_EXPONENT; e++) {
      scalars.add(Math.scalb(7.5f, e));
    }
    double scale = sizes.real("scale");
    scalars.add(Double.isNaN(scale) ? 0f : (float) scale);
    return scalars;
  }
}
