package dev.squall.kernels.mamba2;

import dev.squall.kernels.error.SquallException;
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
import dev.squall.kernels.tensor.TensorType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code mamba2.ssd}: the state space layer of Mamba-2 (Dao and Gu 2024, arXiv 2405.21060, section
 * 6): a head of P channels carries P × N states that all fade alike,
 *
 * <pre>
 *   h_t = exp(dt_t · a) · h_{t−1} + dt_t · x_t b_tᵀ
 *   y_t = h_t c_t + d · x_t
 * </pre>
 *
 * <p>Tuned variants use the dual form: in chunks of {@code chunk} steps it is a product of masked
 * matrices, and only the states between chunks are carried. Head h reads b and c of group h / (H /
 * G). {@code h0} is the state before the first step, so a sequence can be cut anywhere; a sequence
 * of one step is a step of decoding.
 */
public final class StateSpaceDual implements Kernel {
  static final String CHUNKS = "chunks";
  private static final int LONGEST_CHUNK = 1024;

  private static final Signature SIGNATURE =
      Signature.of("mamba2.ssd", "state space layer of Mamba-2 in chunks")
          .in("x", ElementType.F32, "L", "H", "P")
          .in("dt", ElementType.F32, "L", "H")
          .in("a", ElementType.F32, "H")
          .in("b", ElementType.F32, "L", "G", "N")
          .in("c", ElementType.F32, "L", "G", "N")
          .optionalIn("d", ElementType.F32, "H")
          .optionalIn("h0", ElementType.F32, "H", "P", "N")
          .parameter(Parameter.integer("chunk", 256, 1, LONGEST_CHUNK, "steps of a chunk"))
          .require(
              sizes ->
                  sizes.dim("H") % sizes.dim("G") == 0
                      ? null
                      : "H = %d heads cannot be shared out to G = %d groups"
                          .formatted(sizes.dim("H"), sizes.dim("G")))
          .derive(CHUNKS, sizes -> Math.ceilDiv(sizes.dim("L"), chunk(sizes)))
          .out("y", ElementType.F32, "L", "H", "P")
          .out("last_state", ElementType.F32, "H", "P", "N")
          .build();

  private final Reference reference = new StateSpaceDualReference();

  /** Steps of a chunk: no more than there are. */
  static int chunk(Sizes sizes) {
    return (int) Math.min(sizes.integer("chunk"), sizes.dim("L"));
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The products of the dual form: C·Bᵀ of a group, the rest of a head; half is masked. */
  @Override
  public Cost cost(Sizes sizes) {
    double steps = sizes.dim("L");
    double chunk = chunk(sizes);
    double heads = sizes.dim("H");
    double width = sizes.dim("P");
    double states = sizes.dim("N");
    double groups = sizes.dim("G");
    double products =
        steps * (chunk + 1) * (groups * states + heads * width)
            + 4 * steps * heads * width * states;
    double elements =
        2 * steps * heads * width
            + steps * heads
            + 2 * steps * groups * states
            + (sizes.given("h0") ? 2 : 1) * heads * width * states;
    return new Cost(products, Float.BYTES * elements);
  }

  /**
   * @throws SquallException INVALID_INPUT for NaN and infinities, for a positive entry of a and for
   *     a negative time step
   */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    refuse(inputs, "a", 1, "A must not be positive (is it −A, or its logarithm?)");
    refuse(inputs, "dt", -1, "a time step must not be negative (is the softplus missing?)");
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

  @Override
  public Reference reference() {
    return reference;
  }

  /** The magnitude is an error bound in units of four roundings. */
  @Override
  public List<Tolerance> tolerances() {
    String reason =
        "a term meets a rounding for each state and each step of a chunk that it is summed with and"
            + " the error of its decay, and the magnitude counts them by four";
    return List.of(
        Tolerance.anyEngine("y", 1e-30, 2.5e-7, reason),
        Tolerance.anyEngine("last_state", 1e-30, 2.5e-7, reason));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", StateSpaceDualSimd::workspaceBytes, StateSpaceDualSimd::run),
        Variant.Device.loops(StateSpaceDual::loops));
  }

  private static Program loops(Sizes sizes) {
    int heads = sizes.extent("H");
    int width = sizes.extent("P");
    int states = sizes.extent("N");
    int length = sizes.extent("L");
    int chunks = sizes.extent(CHUNKS);
    Task decays =
        new Task(
            StateSpaceDualLoops.class,
            "decays",
            Grid.loops(heads, chunks),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    StateSpaceDualLoops::decays,
                    arguments.f32("dt"),
                    arguments.f32("a"),
                    arguments.f32("since"),
                    arguments.f32("until"),
                    arguments.dims()));
    Task products =
        new Task(
            StateSpaceDualLoops.class,
            "products",
            Grid.loops(chunk(sizes), length, sizes.extent("G")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    StateSpaceDualLoops::products,
                    arguments.f32("b"),
                    arguments.f32("c"),
                    arguments.f32("products"),
                    arguments.dims()));
    Task rests =
        new Task(
            StateSpaceDualLoops.class,
            "rests",
            Grid.loops(states, heads * width, chunks),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    StateSpaceDualLoops::rests,
                    arguments.f32("x"),
                    arguments.f32("b"),
                    arguments.f32("until"),
                    arguments.f32("rests"),
                    arguments.dims()));
    Task carry =
        new Task(
            StateSpaceDualLoops.class,
            "carry",
            Grid.loops(states, heads * width),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    StateSpaceDualLoops::carry,
                    arguments.f32("since"),
                    arguments.f32("rests"),
                    arguments.f32("h0"),
                    arguments.f32("starts"),
                    arguments.f32("last_state"),
                    arguments.dims()));
    Task outputs =
        new Task(
            StateSpaceDualLoops.class,
            "outputs",
            Grid.loops(Math.ceilDiv(width, StateSpaceDualLoops.TOGETHER), heads, length),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    StateSpaceDualLoops::outputs,
                    arguments.f32("x"),
                    arguments.f32("dt"),
                    arguments.f32("a"),
                    arguments.f32("c"),
                    arguments.f32("d"),
                    arguments.f32("products"),
                    arguments.f32("since"),
                    arguments.f32("starts"),
                    arguments.f32("y"),
                    arguments.dims()));
    return new Program(
        List.of(decays, products, rests, carry, outputs),
        scratch(sizes),
        List.of(
            length,
            heads,
            width,
            sizes.extent("G"),
            states,
            chunk(sizes),
            chunks,
            sizes.given("d") ? 1 : 0,
            sizes.given("h0") ? 1 : 0,
            Math.ceilDiv(width, StateSpaceDualLoops.TOGETHER)),
        List.of());
  }

  private static Map<String, TensorType> scratch(Sizes sizes) {
    TensorType steps = f32(sizes.dim("L"), sizes.dim("H"));
    TensorType states = f32(sizes.dim(CHUNKS), sizes.dim("H"), sizes.dim("P"), sizes.dim("N"));
    Map<String, TensorType> scratch = new LinkedHashMap<>();
    scratch.put("since", steps);
    scratch.put("until", steps);
    scratch.put("products", f32(sizes.dim("G"), sizes.dim("L"), chunk(sizes)));
    scratch.put("rests", states);
    scratch.put("starts", states);
    for (String port : List.of("d", "h0")) {
      if (!sizes.given(port)) {
        scratch.put(port, f32(1));
      }
    }
    return scratch;
  }

  private static TensorType f32(long... shape) {
    return new TensorType(ElementType.F32, Arrays.stream(shape).boxed().toList());
  }
}
