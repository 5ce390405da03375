package dev.squall.pipeline.line;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.ouromamba.InlierScales;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.StageGraph;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lines that mix attention and Mamba, each stage on a device of its own:
 *
 * <ul>
 *   <li>{@code hybrid-text}: causal attention of the first head of q, k, v → its output quantised
 *       with outliers → a Mamba scan on the integers → a Mamba scan in single precision. Tokens and
 *       channels are as many as both the attention's tensors and the scan's have.
 *   <li>{@code hybrid-vision}: a scan of a square image in four directions → attention between the
 *       lines of each channel. The image is u with its tokens as pixels; all directions share the
 *       scan's operands.
 * </ul>
 */
public final class HybridLine {
  public static final String TEXT = "hybrid-text";
  public static final String VISION = "hybrid-vision";

  private static final int INLIER_BITS = 4;
  private static final int DIRECTIONS = 4;

  private final KernelCatalog catalog;
  private final InputTensors inputs;
  private final Map<String, String> given;
  private final Set<String> unused;
  private final StageGraph.Builder graph = new StageGraph.Builder();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private HybridLine(KernelCatalog catalog, InputTensors inputs, LineOptions options) {
    this.catalog = catalog;
    this.inputs = inputs;
    given = options.parameters();
    unused = new LinkedHashSet<>(given.keySet());
  }

  /**
   * @param name {@link #TEXT} or {@link #VISION}
   * @param given tensors by name
   * @throws SquallException INVALID_INPUT for another name, for tensors that are missing or do not
   *     fit, and for options that the line does not know
   */
  public static Line build(
      String name, KernelCatalog catalog, Map<String, Tensor> given, LineOptions options) {
    if (!options.stages().isEmpty() || !options.common().isEmpty()) {
      throw SquallException.invalidInput(
          "--stages, --stride, --block and --threshold belong to the default line, not to " + name);
    }
    HybridLine line = new HybridLine(catalog, new InputTensors(given, options.prefix()), options);
    switch (name) {
      case TEXT -> line.text();
      case VISION -> line.vision();
      default ->
          throw SquallException.invalidInput(
              "no line named %s; there are: default, %s, %s".formatted(name, TEXT, VISION));
    }
    if (!line.unused.isEmpty()) {
      throw SquallException.invalidInput(
          "parameter %s belongs to no stage of the line %s"
              .formatted(line.unused.iterator().next(), name));
    }
    return new Line(line.graph.build(), line.tensors, List.of());
  }

  private void text() {
    Tensor q = floats("q", 3);
    Tensor delta = floats("delta", 2);
    long tokens = Math.min(q.dim(1), delta.dim(1));
    long channels = Math.min(q.dim(2), delta.dim(0));
    external("q", crop(q, 1, tokens, channels));
    external("k", crop(floats("k", 3), 1, tokens, channels));
    external("v", crop(floats("v", 3), 1, tokens, channels));
    scanOperands(delta, channels, tokens).forEach(this::external);
    stage("attention", "attention.dense", Map.of("q", from("q"), "k", from("k"), "v", from("v")));
    // What attention gives is a mean of values, so theirs is its range.
    external("inlier_scale", InlierScales.calibrate(tensors.get("v"), INLIER_BITS));
    stage(
        "quantize",
        "ouromamba.quantize",
        Map.of("x", from("attention", "o"), "inlier_scale", from("inlier_scale")));
    String softplus = softplus(tensors.get("delta"));
    Map<String, Source> quantized = operands();
    for (String port : List.of("q_in", "q_out", "outlier", "outlier_scale")) {
      quantized.put(port, from("quantize", port));
    }
    quantized.put("inlier_scale", from("inlier_scale"));
    stage("scan", "ouromamba.scan", quantized, "softplus", softplus);
    Map<String, Source> plain = operands();
    plain.put("u", from("scan", "y"));
    stage("mamba", "mamba.selective_scan", plain, "softplus", softplus);
  }

  private void vision() {
    Tensor u = floats("u", 2);
    long side = (long) Math.sqrt(u.dim(1));
    long channels = u.dim(0);
    long pixels = side * side;
    Map<String, Tensor> one = scanOperands(floats("delta", 2), channels, pixels);
    long states = one.get("a").dim(1);
    long groups = one.get("b").dim(0);
    external("u", crop(u, channels, pixels).reshape(channels, side, side));
    external("delta", fourfold(one.get("delta"), channels, side, side));
    external("a", fourfold(one.get("a"), channels, states));
    external("b", fourfold(one.get("b"), groups, states, side, side));
    external("c", fourfold(one.get("c"), groups, states, side, side));
    if (one.containsKey("d")) {
      external("d", fourfold(one.get("d"), channels));
    }
    Map<String, Source> operands = operands();
    operands.put("u", from("u"));
    stage("mamba", "vmamba.cross_scan", operands, "softplus", softplus(one.get("delta")));
    Source lines = from("mamba", "y");
    stage(
        "attention",
        "attention.dense",
        Map.of("q", lines, "k", lines, "v", lines),
        "causal",
        "false");
  }

  /** delta, a, b, c and d for so many channels and tokens. */
  private Map<String, Tensor> scanOperands(Tensor delta, long channels, long tokens) {
    Map<String, Tensor> operands = new LinkedHashMap<>();
    operands.put("delta", crop(delta, channels, tokens));
    Tensor a = floats("a", 2);
    operands.put("a", crop(a, channels, a.dim(1)));
    for (String port : List.of("b", "c")) {
      Tensor tensor = floats(port, 3);
      operands.put(port, crop(tensor, tensor.dim(0), tensor.dim(1), tokens));
    }
    if (inputs.has("d")) {
      operands.put("d", crop(floats("d", 1), channels));
    }
    return operands;
  }

  private Map<String, Source> operands() {
    Map<String, Source> operands = new HashMap<>();
    for (String port : List.of("delta", "a", "b", "c", "d")) {
      if (tensors.containsKey(port)) {
        operands.put(port, from(port));
      }
    }
    return operands;
  }

  /** The operand of one direction, of the given shape, for all four. */
  private static Tensor fourfold(Tensor one, long... shape) {
    long[] all = new long[shape.length + 1];
    all[0] = DIRECTIONS;
    System.arraycopy(shape, 0, all, 1, shape.length);
    Tensor four = Tensor.allocate(ElementType.F32, all);
    for (long k = 0; k < DIRECTIONS; k++) {
      four.data().asSlice(k * one.bytes(), one.bytes()).copyFrom(one.data());
    }
    return four;
  }

  private void stage(String name, String kernel, Map<String, Source> sources, String... defaults) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < defaults.length; i += 2) {
      parameters.put(defaults[i], defaults[i + 1]);
    }
    given.forEach(
        (key, value) -> {
          if (key.startsWith(name + ".")) {
            parameters.put(key.substring(name.length() + 1), value);
            unused.remove(key);
          }
        });
    Kernel called = catalog.kernel(kernel);
    graph.stage(name, called, sources, parameters);
  }

  private void external(String name, Tensor tensor) {
    tensors.put(name, tensor);
    graph.external(name, TensorType.of(tensor));
  }

  private Tensor floats(String role, int rank) {
    if (!inputs.has(role)) {
      throw SquallException.invalidInput("the line needs a tensor %s".formatted(role));
    }
    Tensor tensor = inputs.get(role);
    if (!tensor.type().isFloatingPoint() || tensor.rank() != rank) {
      throw SquallException.invalidInput(
          "tensor %s must be of floating point with %d axes, got %s".formatted(role, rank, tensor));
    }
    return tensor.toF32();
  }

  /** The first entries along each axis. */
  private static Tensor crop(Tensor from, long... shape) {
    for (int axis = 0; axis < shape.length; axis++) {
      if (from.dim(axis) < shape[axis]) {
        throw SquallException.invalidInput(
            "a tensor %s is too small, the line needs %d along axis %d"
                .formatted(from, shape[axis], axis));
      }
    }
    Tensor part = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < part.elements(); i++) {
      long rest = i;
      long at = 0;
      long stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        at += rest % shape[axis] * stride;
        rest /= shape[axis];
        stride *= from.dim(axis);
      }
      part.f32(i, from.f32(at));
    }
    return part;
  }

  /** Models store delta before or after softplus; only after it are all values positive. */
  private static String softplus(Tensor delta) {
    for (long i = 0; i < delta.elements(); i++) {
      if (!(delta.f32(i) > 0)) {
        return "true";
      }
    }
    return "false";
  }

  private static Source from(String external) {
    return new Source.External(external);
  }

  private static Source from(String stage, String port) {
    return new Source.Output(stage, port);
  }
}
