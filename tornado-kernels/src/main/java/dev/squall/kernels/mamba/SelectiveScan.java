package dev.squall.kernels.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
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

/**
 * The selective scan of Mamba (Gu and Dao 2023, arXiv 2312.00752, algorithm 2): every channel
 * carries N states through L steps,
 *
 * <pre>
 *   dt_t   = softplus(delta_t + delta_bias)          or delta_t + delta_bias
 *   h_t[n] = exp(dt_t · a[n]) · h_{t−1}[n] + dt_t · b_t[n] · u_t
 *   y_t    = Σ_n c_t[n] · h_t[n] + d · u_t           times z_t · sigmoid(z_t) if z is given
 * </pre>
 *
 * <p>A is discretised by zero-order hold and B by Euler's rule, as in the authors' code. Channel ch
 * reads b and c of group ch / (C / G). States are in single precision.
 */
public final class SelectiveScan implements Kernel {
  /** Most states of a channel that the device variants hold. */
  static final int DEVICE_STATES = 64;

  /** Steps of a chunk of the two-pass variant. */
  static final int CHUNK = 256;

  private static final OptionalInput SKIP = OptionalInput.of("d", "C");
  private static final OptionalInput GATE = OptionalInput.of("z", "C", "L");
  private static final OptionalInput BIAS = OptionalInput.of("delta_bias", "C");
  private static final OptionalInput START = OptionalInput.of("h0", "C", "N");
  private static final List<OptionalInput> OPTIONAL = List.of(SKIP, GATE, BIAS, START);

  private static final Signature SIGNATURE = signatureOf();

  private static Signature signatureOf() {
    Signature.Builder signature =
        Signature.of("mamba.selective_scan", "selective state-space scan of Mamba-1 (S6)")
            .in("u", ElementType.F32, "C", "L")
            .in("delta", ElementType.F32, "C", "L")
            .in("a", ElementType.F32, "C", "N")
            .in("b", ElementType.F32, "G", "N", "L")
            .in("c", ElementType.F32, "G", "N", "L");
    OPTIONAL.forEach(input -> input.addTo(signature));
    return signature
        .parameter(Parameter.flag("softplus", true, "time steps are softplus(delta + delta_bias)"))
        .require(SelectiveScan::groupsComplaint)
        .out("y", ElementType.F32, "C", "L")
        .out("last_state", ElementType.F32, "C", "N")
        .build();
  }

  private static String groupsComplaint(Sizes sizes) {
    return sizes.dim("C") % sizes.dim("G") == 0
        ? null
        : "C = %d channels cannot be shared out to G = %d groups"
            .formatted(sizes.dim("C"), sizes.dim("G"));
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Seven operations a state and step (the exponential counts one), four a channel and step. */
  @Override
  public Cost cost(Sizes sizes) {
    double steps = (double) sizes.dim("C") * sizes.dim("L");
    double projections = 2.0 * sizes.dim("G") * sizes.dim("N") * sizes.dim("L");
    double states = 2.0 * sizes.dim("C") * sizes.dim("N");
    double optional = OPTIONAL.stream().mapToDouble(input -> input.elements(sizes)).sum();
    return new Cost(
        steps * (7.0 * sizes.dim("N") + 4),
        Float.BYTES * (3 * steps + projections + states + optional));
  }

  /**
   * @throws SquallException INVALID_INPUT for NaN and infinities, for a positive entry of a and for
   *     a negative time step (possible without softplus): states would grow without bound; for a
   *     time step that overflows
   */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    Tensor a = inputs.get("a");
    for (long i = 0; i < a.elements(); i++) {
      if (a.f32(i) > 0) {
        throw invalid("a", a, i, a.f32(i), "A must not be positive (is it −A, or its logarithm?)");
      }
    }
    checkSteps(inputs.get("delta"), inputs.get("delta_bias"), sizes.flag("softplus"));
  }

  @Override
  public void checkResult(Call call) {
    FiniteStates.require(call);
  }

  private void checkSteps(Tensor delta, Tensor bias, boolean softplus) {
    for (long channel = 0; channel < delta.dim(0); channel++) {
      float offset = bias == null ? 0 : bias.f32(channel);
      for (long t = 0; t < delta.dim(1); t++) {
        long i = channel * delta.dim(1) + t;
        float step = delta.f32(i) + offset;
        if (Float.isInfinite(step)) {
          throw invalid("delta", delta, i, delta.f32(i), "delta + delta_bias overflows");
        }
        if (!softplus && step < 0) {
          throw invalid(
              "delta",
              delta,
              i,
              delta.f32(i),
              "without softplus the time step delta + delta_bias must not be negative");
        }
      }
    }
  }

  private SquallException invalid(
      String port, Tensor tensor, long index, float value, String reason) {
    return SquallException.invalidInput(
        "%s: input %s has %s at %s: %s"
            .formatted(
                id(), port, value, Arrays.toString(InputChecks.position(tensor, index)), reason));
  }

  @Override
  public Reference reference() {
    return new SelectiveScanReference();
  }

  /** The magnitude is an error bound in units of four roundings, so one row serves every length. */
  @Override
  public List<Tolerance> tolerances() {
    String reason =
        "a term meets errors of 4 · 2⁻²⁴ in its time step and in each later step (exponential and"
            + " multiply-add), and the magnitude counts them";
    return List.of(
        Tolerance.anyEngine("y", 1e-30, 2.5e-7, reason),
        Tolerance.anyEngine("last_state", 1e-30, 2.5e-7, reason));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SelectiveScanSimd::workspaceBytes, SelectiveScanSimd::scan),
        wide(),
        limited(
            Variant.Device.tiles(
                SelectiveScanTiles.ITEMS, SelectiveScanTiles.LOCAL_BYTES, SelectiveScan::tiles)),
        limited(chunks()),
        limited(Variant.Device.loops(SelectiveScan::loops)));
  }

  private static Variant.Device chunks() {
    return new Variant.Device(
        "chunks",
        (sizes, device) ->
            Support.when(
                sizes.dim("L") > CHUNK,
                "L = %d steps are one chunk of %d".formatted(sizes.dim("L"), CHUNK)),
        SelectiveScan::chunks);
  }

  private static Variant.Device wide() {
    Variant.Device groups =
        Variant.Device.tiles(
                SelectiveScanWideTiles.ITEMS,
                SelectiveScanWideTiles.LOCAL_BYTES,
                SelectiveScan::wide)
            .needing(SelectiveScanWideTiles.REGISTERS);
    return new Variant.Device(
        "wide",
        (sizes, device) ->
            sizes.dim("N") > SelectiveScanWideTiles.STATES
                ? Support.no(
                    "N = %d states, registers are for %d"
                        .formatted(sizes.dim("N"), SelectiveScanWideTiles.STATES))
                : groups.supports(sizes, device),
        groups.program(),
        groups.registers());
  }

  private static Program wide(Sizes sizes) {
    int groupChannels = sizes.extent("C") / sizes.extent("G");
    int tiles = Math.ceilDiv(groupChannels, SelectiveScanWideTiles.CHANNELS);
    return program(
        sizes,
        new Task(
            SelectiveScanWideTiles.class,
            "scan",
            Grid.groups(tiles, sizes.extent("G"), SelectiveScanWideTiles.ITEMS),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanWideTiles::scan,
                    arguments.context(),
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("z"),
                    arguments.f32("delta_bias"),
                    arguments.f32("h0"),
                    arguments.f32("y"),
                    arguments.f32("last_state"),
                    arguments.dims())));
  }

  /** Summaries of chunks, the short scan over these, the scan of each chunk. */
  private static Program chunks(Sizes sizes) {
    int chunks = Math.ceilDiv(sizes.extent("L"), CHUNK);
    Task summarize =
        new Task(
            SelectiveScanChunksLoops.class,
            "summarize",
            Grid.loops(chunks, sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanChunksLoops::summarize,
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("delta_bias"),
                    arguments.f32("totals"),
                    arguments.f32("rests"),
                    arguments.dims()));
    Task carry =
        new Task(
            SelectiveScanChunksLoops.class,
            "carry",
            Grid.loops(sizes.extent("N"), sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanChunksLoops::carry,
                    arguments.f32("a"),
                    arguments.f32("totals"),
                    arguments.f32("rests"),
                    arguments.f32("h0"),
                    arguments.f32("starts"),
                    arguments.f32("last_state"),
                    arguments.dims()));
    Task scan =
        new Task(
            SelectiveScanChunksLoops.class,
            "scan",
            Grid.loops(chunks, sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanChunksLoops::scan,
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("z"),
                    arguments.f32("delta_bias"),
                    arguments.f32("starts"),
                    arguments.f32("y"),
                    arguments.dims()));
    List<Integer> dims = new ArrayList<>(dims(sizes));
    dims.add(chunks);
    dims.add(CHUNK);
    long channels = sizes.dim("C");
    TensorType states =
        new TensorType(ElementType.F32, List.of(channels, (long) chunks, sizes.dim("N")));
    Map<String, TensorType> scratch = new LinkedHashMap<>(OptionalInput.standIns(sizes, OPTIONAL));
    scratch.put("totals", new TensorType(ElementType.F32, List.of(channels, (long) chunks)));
    scratch.put("rests", states);
    scratch.put("starts", states);
    return new Program(List.of(summarize, carry, scan), scratch, dims, List.of());
  }

  private static Variant limited(Variant.Device variant) {
    return new Variant.Device(
        variant.name(),
        (sizes, device) ->
            sizes.dim("N") > DEVICE_STATES
                ? Support.no(
                    "N = %d states, arrays are laid out for %d"
                        .formatted(sizes.dim("N"), DEVICE_STATES))
                : variant.supports(sizes, device),
        variant.program());
  }

  private static Program tiles(Sizes sizes) {
    int groupChannels = sizes.extent("C") / sizes.extent("G");
    int tiles = Math.ceilDiv(groupChannels, SelectiveScanTiles.CHANNELS);
    return program(
        sizes,
        new Task(
            SelectiveScanTiles.class,
            "scan",
            Grid.groups(tiles, sizes.extent("G"), SelectiveScanTiles.ITEMS),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanTiles::scan,
                    arguments.context(),
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("z"),
                    arguments.f32("delta_bias"),
                    arguments.f32("h0"),
                    arguments.f32("y"),
                    arguments.f32("last_state"),
                    arguments.dims())));
  }

  private static Program loops(Sizes sizes) {
    return program(
        sizes,
        new Task(
            SelectiveScanLoops.class,
            "scan",
            Grid.loops(sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SelectiveScanLoops::scan,
                    arguments.f32("u"),
                    arguments.f32("delta"),
                    arguments.f32("a"),
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("z"),
                    arguments.f32("delta_bias"),
                    arguments.f32("h0"),
                    arguments.f32("y"),
                    arguments.f32("last_state"),
                    arguments.dims())));
  }

  private static Program program(Sizes sizes, Task task) {
    return new Program(
        List.of(task), OptionalInput.standIns(sizes, OPTIONAL), dims(sizes), List.of());
  }

  private static List<Integer> dims(Sizes sizes) {
    return List.of(
        sizes.extent("C"),
        sizes.extent("L"),
        sizes.extent("N"),
        sizes.extent("C") / sizes.extent("G"),
        sizes.flag("softplus") ? 1 : 0,
        SKIP.flag(sizes),
        GATE.flag(sizes),
        BIAS.flag(sizes),
        START.flag(sizes));
  }
}
