package dev.squall.kernels.ouromamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Arguments;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.mamba.SelectiveScan;
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
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * {@code ouromamba.scan}: the selective scan of Mamba on quantised operands (OuroMamba, section
 * 3.2; recurrence as in {@link SelectiveScan}).
 *
 * <p>Inputs: the activations that {@code ouromamba.quantize} gives, {@code q_in}, {@code q_out} i8,
 * {@code outlier} u8 [B,L,C], {@code outlier_scale} f32[B,L], {@code inlier_scale} f32[L], with B =
 * 1; and f32 operands {@code delta} [C,L], {@code a} [C,N], not positive, {@code b}, {@code c}
 * [G,N,L], optional {@code d} [C]. Outputs {@code y} f32[C,L], {@code last_state} f32[C,N].
 *
 * <p>Every operand is replaced by what its integers mean, then scanned in single precision:
 *
 * <ul>
 *   <li>u = inlier_scale·q_in + outlier_scale·q_out;
 *   <li>a, and d, symmetric with one scale for the tensor, max|·| / qmax, qmax = 2^(bits−1) − 1: x
 *       becomes scale · round(x / scale);
 *   <li>b and c the same with a scale for each group and step, over the N states;
 *   <li>delta, after softplus, asymmetric with a scale and a zero point for each step, over the
 *       channels: scale = (max − min) / (2^bits − 1), zero = round(min / scale), and x becomes
 *       scale · n with n = round(x / scale) clipped to zero … zero + 2^bits − 1. Where steps span
 *       decades, small ones vanish so; with {@code quantize_delta} false they are taken as they
 *       are, quantised elsewhere, as by their logarithms before the softplus.
 * </ul>
 *
 * <p>The divisions are in single precision, ties round to even. Where a scale is 0 the operand
 * stays as it is: all values of a symmetric one are 0, all of a step are equal.
 */
public final class QuantizedScan implements Kernel {
  /** What a unit of the reference's magnitude stands for: four roundings. */
  static final double UNIT = 2.5e-7;

  /** The dimensions that the scan's own kernels read, before ours. */
  private static final int SCAN_DIMS = 9;

  private static final SelectiveScan SCAN = new SelectiveScan();

  private static final Signature SIGNATURE =
      Signature.of("ouromamba.scan", "selective state-space scan on quantised operands")
          .in("q_in", ElementType.I8, "B", "L", "C")
          .in("q_out", ElementType.I8, "B", "L", "C")
          .in("outlier", ElementType.U8, "B", "L", "C")
          .in("outlier_scale", ElementType.F32, "B", "L")
          .in("inlier_scale", ElementType.F32, "L")
          .in("delta", ElementType.F32, "C", "L")
          .in("a", ElementType.F32, "C", "N")
          .in("b", ElementType.F32, "G", "N", "L")
          .in("c", ElementType.F32, "G", "N", "L")
          .optionalIn("d", ElementType.F32, "C")
          .out("y", ElementType.F32, "C", "L")
          .out("last_state", ElementType.F32, "C", "N")
          .parameter(Parameter.flag("softplus", true, "time steps are softplus(delta)"))
          .parameter(
              Parameter.flag(
                  "quantize_delta", true, "quantise delta; else it holds what integers mean"))
          .parameter(bits("delta"))
          .parameter(bits("a"))
          .parameter(bits("b"))
          .parameter(bits("c"))
          .parameter(bits("d"))
          .require(
              sizes ->
                  sizes.dim("B") == 1
                      ? null
                      : "B = %d samples, expected 1: scan them one by one"
                          .formatted(sizes.dim("B")))
          .require(
              sizes ->
                  sizes.dim("C") % sizes.dim("G") == 0
                      ? null
                      : "C = %d channels cannot be shared out to G = %d groups"
                          .formatted(sizes.dim("C"), sizes.dim("G")))
          .build();

  private final Reference reference = new QuantizedScanReference();

  private static Parameter bits(String operand) {
    return Parameter.integer(operand + "_bits", 8, 2, 8, "bits of " + operand);
  }

  /** Steps between the smallest and the largest integer of delta. */
  static int deltaLevels(Sizes sizes) {
    return (1 << sizes.integer("delta_bits")) - 1;
  }

  /** The largest integer of the symmetric operand {@code name}. */
  static int largest(Sizes sizes, String name) {
    return OutlierQuantizer.largest(sizes.integer(name + "_bits"));
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The scan's operations, and five to quantise an element of delta, b, c and u. */
  @Override
  public Cost cost(Sizes sizes) {
    double steps = (double) sizes.dim("C") * sizes.dim("L");
    double projections = 2.0 * sizes.dim("G") * sizes.dim("N") * sizes.dim("L");
    double states = 2.0 * sizes.dim("C") * sizes.dim("N");
    double skip = sizes.given("d") ? sizes.dim("C") : 0;
    return new Cost(
        steps * (7.0 * sizes.dim("N") + 14) + 5 * projections,
        3 * steps + Float.BYTES * (2 * steps + projections + states + skip + 2.0 * sizes.dim("L")));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    String reason =
        "the magnitude is an error bound in units of four roundings (2.5e-7): as for the scan of"
            + " unquantised operands, and a quantisation step where a quotient is so near a tie that"
            + " rounding decides";
    return List.of(
        Tolerance.anyEngine("y", 1e-30, UNIT, reason),
        Tolerance.anyEngine("last_state", 1e-30, UNIT, reason));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", QuantizedScanSimd::workspaceBytes, QuantizedScanSimd::run),
        device("tiles"),
        device("loops"));
  }

  /** The scan's variant {@code name} behind tasks that dequantise its operands. */
  private static Variant.Device device(String name) {
    Variant.Device scan = (Variant.Device) SCAN.variant(name);
    return new Variant.Device(
        name,
        (sizes, device) -> scan.supports(scanSizes(sizes), device),
        sizes -> program(sizes, scan.program().apply(scanSizes(sizes))));
  }

  /** The sizes of the scan of the dequantised operands. */
  static Sizes scanSizes(Sizes sizes) {
    return bindScan(operands(sizes));
  }

  /** The sizes of the scan of {@code operands}. */
  static Sizes scanSizes(Map<String, Tensor> operands) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    operands.forEach((name, tensor) -> types.put(name, TensorType.of(tensor)));
    return bindScan(types);
  }

  private static Sizes bindScan(Map<String, TensorType> types) {
    return SCAN.signature().bind(types, Map.of("softplus", "false"));
  }

  /** The operands of the scan, with types, by the names of its ports. */
  private static Map<String, TensorType> operands(Sizes sizes) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    for (String name : List.of("delta", "a", "b", "c")) {
      types.put(name, Signature.type(SIGNATURE.input(name), sizes));
    }
    types.put("u", types.get("delta"));
    if (sizes.given("d")) {
      types.put("d", Signature.type(SIGNATURE.input("d"), sizes));
    }
    return types;
  }

  private static Program program(Sizes sizes, Program scan) {
    if (scan.dims().size() != SCAN_DIMS) {
      throw new IllegalStateException("the scan has " + scan.dims().size() + " dimensions");
    }
    Map<String, TensorType> scratch = new LinkedHashMap<>();
    operands(sizes).forEach((name, type) -> scratch.put(Dequantized.name(name), type));
    // The scan's stand-ins for absent inputs; d's is also read by our own tasks.
    scan.scratch().forEach((name, type) -> scratch.put(Dequantized.name(name), type));
    if (!sizes.given("d")) {
      scratch.put("d", new TensorType(ElementType.F32, List.of(1L)));
    }
    scratch.put("step_scale", new TensorType(ElementType.F32, List.of(sizes.dim("L"))));
    scratch.put("step_zero", new TensorType(ElementType.F32, List.of(sizes.dim("L"))));
    scratch.put("row_largest", new TensorType(ElementType.F32, List.of(sizes.dim("C"))));
    List<Task> tasks = new ArrayList<>(dequantization(sizes));
    for (Task task : scan.tasks()) {
      tasks.add(
          new Task(
              task.code(),
              task.method(),
              task.grid(),
              (graph, id, args) -> task.wiring().add(graph, id, new Dequantized(args))));
    }
    List<Integer> dims = new ArrayList<>(scan.dims());
    dims.add(sizes.flag("softplus") ? 1 : 0);
    dims.add(sizes.extent("G"));
    dims.add(sizes.flag("quantize_delta") ? 1 : 0);
    List<Float> scalars =
        List.of(
            (float) deltaLevels(sizes),
            (float) largest(sizes, "a"),
            (float) largest(sizes, "b"),
            (float) largest(sizes, "c"),
            (float) largest(sizes, "d"));
    return new Program(tasks, scratch, dims, scalars);
  }

  private static List<Task> dequantization(Sizes sizes) {
    int channels = sizes.extent("C");
    int length = sizes.extent("L");
    return List.of(
        new Task(
            QuantizedScanLoops.class,
            "stepRanges",
            Grid.loops(length),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::stepRanges,
                    args.f32("delta"),
                    args.f32("step_scale"),
                    args.f32("step_zero"),
                    args.dims(),
                    args.scalars())),
        new Task(
            QuantizedScanLoops.class,
            "steps",
            Grid.loops(length, channels),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::steps,
                    args.f32("delta"),
                    args.f32("step_scale"),
                    args.f32("step_zero"),
                    args.f32(Dequantized.name("delta")),
                    args.dims(),
                    args.scalars())),
        new Task(
            QuantizedScanLoops.class,
            "activations",
            Grid.loops(length, channels),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::activations,
                    args.bytes("q_in"),
                    args.bytes("q_out"),
                    args.f32("outlier_scale"),
                    args.f32("inlier_scale"),
                    args.f32(Dequantized.name("u")),
                    args.dims())),
        new Task(
            QuantizedScanLoops.class,
            "projections",
            Grid.loops(length, sizes.extent("G")),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::projections,
                    args.f32("b"),
                    args.f32("c"),
                    args.f32(Dequantized.name("b")),
                    args.f32(Dequantized.name("c")),
                    args.dims(),
                    args.scalars())),
        new Task(
            QuantizedScanLoops.class,
            "rowLargest",
            Grid.loops(channels),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::rowLargest,
                    args.f32("a"),
                    args.f32("row_largest"),
                    args.dims())),
        new Task(
            QuantizedScanLoops.class,
            "constants",
            Grid.loops(channels),
            (graph, id, args) ->
                graph.task(
                    id,
                    QuantizedScanLoops::constants,
                    args.f32("a"),
                    args.f32("d"),
                    args.f32("row_largest"),
                    args.f32(Dequantized.name("a")),
                    args.f32(Dequantized.name("d")),
                    args.dims(),
                    args.scalars())));
  }

  /**
   * @throws SquallException INVALID_INPUT for NaN and infinities, for a positive entry of a, for a
   *     negative delta without softplus, and for activations whose mask does not fit
   */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    QuantizedActivations.check(id(), inputs);
    refuse(inputs, "a", 1, "A must not be positive (is it −A, or its logarithm?)");
    if (!sizes.flag("softplus")) {
      refuse(inputs, "delta", -1, "without softplus a time step must not be negative");
    }
  }

  private void refuse(Map<String, Tensor> inputs, String port, int sign, String reason) {
    Tensor tensor = inputs.get(port);
    for (long i = 0; i < tensor.elements(); i++) {
      if (tensor.f32(i) * sign > 0) {
        throw SquallException.invalidInput(
            "%s: input %s has %s at %s: %s"
                .formatted(
                    id(),
                    port,
                    tensor.f32(i),
                    Arrays.toString(InputChecks.position(tensor, i)),
                    reason));
      }
    }
  }

  /** The arguments of the scan: dequantised operands under the names of its ports. */
  private record Dequantized(Arguments arguments) implements Arguments {
    private static final List<String> OUTPUTS = List.of("y", "last_state");

    private static String name(String operand) {
      return "scan_" + operand;
    }

    @Override
    public FloatArray f32(String name) {
      return arguments.f32(OUTPUTS.contains(name) ? name : name(name));
    }

    @Override
    public IntArray i32(String name) {
      return arguments.i32(name);
    }

    @Override
    public LongArray i64(String name) {
      return arguments.i64(name);
    }

    @Override
    public ByteArray bytes(String name) {
      return arguments.bytes(name);
    }

    @Override
    public IntArray dims() {
      return arguments.dims();
    }

    @Override
    public FloatArray scalars() {
      return arguments.scalars();
    }

    @Override
    public KernelContext context() {
      return arguments.context();
    }
  }
}
