package dev.squall.pipeline.line;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.ouromamba.InlierScales;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.report.Report;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The line that Squall runs by default, as far as the given tensors allow:
 *
 * <ul>
 *   <li>q, k, v: antidiagonal scores → block masses → selection → block-sparse attention, beside
 *       dense attention (XAttention, with log-mean-exp scoring);
 *   <li>u, delta, a, b, c, d: quantised activations → quantised selective scan, beside the scan in
 *       single precision (OuroMamba);
 *   <li>words: weights decoded from seeds, and with a vector their product with it (SeedLM).
 * </ul>
 */
public final class DefaultLine {
  /** Stride of the scores: the search costs a sixteenth of the dense products. */
  private static final String DEFAULT_STRIDE = "16";

  private static final int INLIER_BITS = 4;

  private final KernelCatalog catalog;
  private final InputTensors inputs;
  private final LineOptions options;
  private final StageGraph.Builder graph = new StageGraph.Builder();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Set<String> offered = new LinkedHashSet<>();
  private final List<String> built = new ArrayList<>();
  private final Set<String> usedParameters = new HashSet<>();

  private DefaultLine(KernelCatalog catalog, InputTensors inputs, LineOptions options) {
    this.catalog = catalog;
    this.inputs = inputs;
    this.options = options;
  }

  /**
   * @param given tensors by name
   * @throws SquallException INVALID_INPUT if they allow no stage, or a stage or parameter is
   *     unknown
   */
  public static Line build(KernelCatalog catalog, Map<String, Tensor> given, LineOptions options) {
    return new DefaultLine(catalog, new InputTensors(given, options.prefix()), options)
        .build(given.keySet());
  }

  private Line build(Set<String> names) {
    if (inputs.has("q", "k", "v")
        && wanted(offer("scores", "mass", "select", "attention", "dense"))) {
      attention();
    }
    if (inputs.has("u", "delta", "a", "b", "c") && wanted(offer("quantize", "scan", "scan-f32"))) {
      scan();
    }
    if (inputs.has("words") && wanted(offer("decode"))) {
      decode();
    }
    if (inputs.has("words", "vector") && wanted(offer("matvec"))) {
      matvec();
    }
    if (offered.isEmpty()) {
      throw SquallException.invalidInput(
          "no stage can run on tensors %s; q, k, v allow scores, mass, select, attention, dense; u, delta, a, b, c allow quantize, scan, scan-f32; words allow decode, with vector matvec"
              .formatted(String.join(", ", names)));
    }
    requireAllUsed();
    return new Line(
        graph.build(),
        tensors,
        List.of(
            new Report.Yardstick("dense", List.of("scores", "mass", "select", "attention")),
            new Report.Yardstick("scan-f32", List.of("quantize", "scan"))));
  }

  private void attention() {
    external("q", floats("q", 3));
    external("k", floats("k", 3));
    external("v", floats("v", 3));
    Map<String, Source> qk = Map.of("q", from("q"), "k", from("k"));
    if (wanted("scores", "mass", "select", "attention")) {
      stage("scores", "xattention.scores", qk, "estimate", "logmeanexp", "stride", DEFAULT_STRIDE);
    }
    if (wanted("mass", "select", "attention")) {
      stage(
          "mass",
          "xattention.block_mass",
          Map.of("scores", from("scores", "scores")),
          "stride",
          DEFAULT_STRIDE);
    }
    if (wanted("select", "attention")) {
      stage("select", "xattention.select", Map.of("mass", from("mass", "mass")));
    }
    Map<String, Source> qkv = new LinkedHashMap<>(qk);
    qkv.put("v", from("v"));
    if (wanted("attention")) {
      Map<String, Source> masked = new LinkedHashMap<>(qkv);
      masked.put("mask", from("select", "mask"));
      stage("attention", "attention.block_sparse", masked);
    }
    if (wanted("dense")) {
      stage("dense", "attention.dense", qkv, Stage.Role.YARDSTICK);
    }
  }

  private void scan() {
    Tensor u = floats("u", 2);
    for (String operand : List.of("delta", "a")) {
      external(operand, floats(operand, 2));
    }
    external("b", floats("b", 3));
    external("c", floats("c", 3));
    Map<String, Source> operands = new LinkedHashMap<>();
    for (String operand : List.of("delta", "a", "b", "c")) {
      operands.put(operand, from(operand));
    }
    if (inputs.has("d")) {
      external("d", floats("d", 1));
      operands.put("d", from("d"));
    }
    // Models store delta before or after softplus; only after it are all values positive.
    String softplus = allPositive(tensors.get("delta")) ? "false" : "true";
    if (wanted("quantize", "scan")) {
      Tensor activations = tokensFirst(u);
      external("x", activations);
      external("inlier_scale", InlierScales.calibrate(activations, INLIER_BITS));
      stage(
          "quantize",
          "ouromamba.quantize",
          Map.of("x", from("x"), "inlier_scale", from("inlier_scale")));
    }
    if (wanted("scan")) {
      Map<String, Source> quantized = new LinkedHashMap<>(operands);
      for (String port : List.of("q_in", "q_out", "outlier", "outlier_scale")) {
        quantized.put(port, from("quantize", port));
      }
      quantized.put("inlier_scale", from("inlier_scale"));
      stage("scan", "ouromamba.scan", quantized, "softplus", softplus);
    }
    if (wanted("scan-f32")) {
      external("u", u);
      Map<String, Source> plain = new LinkedHashMap<>(operands);
      plain.put("u", from("u"));
      stage("scan-f32", "mamba.selective_scan", plain, Stage.Role.YARDSTICK, "softplus", softplus);
    }
  }

  private void decode() {
    external("words", inputs.get("words"));
    stage("decode", "seedlm.decode", Map.of("words", from("words")), "config", seedConfig());
  }

  /** The words as a matrix of as many columns as the vector is long. */
  private void matvec() {
    Tensor words = inputs.get("words");
    Tensor x = floats("vector", 1);
    if (!tensors.containsKey("words")) {
      external("words", words);
    }
    external("vector", x);
    long weights =
        words.type() == ElementType.U8 ? words.elements() / 9 * 24 : words.elements() * 8;
    stage(
        "matvec",
        "seedlm.matvec",
        Map.of("words", from("words"), "x", from("vector")),
        "config",
        seedConfig(),
        "rows",
        String.valueOf(Math.max(1, weights / Math.max(1, x.dim(0)))));
  }

  private String seedConfig() {
    return inputs.get("words").type() == ElementType.U8 ? "3bit" : "4bit";
  }

  /** Notes stages that the tensors allow. */
  private String[] offer(String... stages) {
    offered.addAll(List.of(stages));
    return stages;
  }

  /** Whether the user asked for one of {@code stages}, or for no stage in particular. */
  private boolean wanted(String... stages) {
    return options.stages().isEmpty()
        || List.of(stages).stream().anyMatch(options.stages()::contains);
  }

  private void stage(String name, String kernel, Map<String, Source> sources, String... defaults) {
    stage(name, kernel, sources, Stage.Role.LINE, defaults);
  }

  /**
   * @param defaults parameter names and the values that the line gives them
   */
  private void stage(
      String name,
      String kernel,
      Map<String, Source> sources,
      Stage.Role role,
      String... defaults) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < defaults.length; i += 2) {
      parameters.put(defaults[i], defaults[i + 1]);
    }
    Kernel called = catalog.kernel(kernel);
    for (Parameter parameter : called.signature().parameters()) {
      use(options.common(), parameter.name(), parameter.name(), parameters);
    }
    for (String key : options.parameters().keySet()) {
      if (key.startsWith(name + ".")) {
        use(options.parameters(), key, key.substring(name.length() + 1), parameters);
      }
    }
    graph.stage(name, called, sources, parameters, role);
    built.add(name);
  }

  private void use(
      Map<String, String> given, String key, String parameter, Map<String, String> parameters) {
    String value = given.get(key);
    if (value != null) {
      parameters.put(parameter, value);
      usedParameters.add(key);
    }
  }

  private void requireAllUsed() {
    for (String stage : options.stages()) {
      if (!offered.contains(stage)) {
        throw SquallException.invalidInput(
            "no stage named %s for these tensors; there are: %s"
                .formatted(stage, String.join(", ", offered)));
      }
    }
    Set<String> asked = new LinkedHashSet<>(options.common().keySet());
    asked.addAll(options.parameters().keySet());
    for (String key : asked) {
      if (!usedParameters.contains(key)) {
        throw SquallException.invalidInput(
            "parameter %s belongs to no stage of this line; stages are: %s"
                .formatted(key, String.join(", ", built)));
      }
    }
  }

  private void external(String name, Tensor tensor) {
    tensors.put(name, tensor);
    graph.external(name, TensorType.of(tensor));
  }

  /** The tensor as f32, with a leading axis of one where its first axis was left out. */
  private Tensor floats(String role, int rank) {
    Tensor given = inputs.get(role);
    if (!given.type().isFloatingPoint()) {
      throw SquallException.invalidInput(
          "tensor %s must be of floating point, got %s".formatted(role, given));
    }
    Tensor tensor = given.toF32();
    if (tensor.rank() == rank - 1 && rank == 3) {
      return tensor.reshape(1, tensor.dim(0), tensor.dim(1));
    }
    if (tensor.rank() != rank) {
      throw SquallException.invalidInput(
          "tensor %s must have %d axes, got %s".formatted(role, rank, tensor));
    }
    return tensor;
  }

  private static boolean allPositive(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      if (!(tensor.f32(i) > 0)) {
        return false;
      }
    }
    return true;
  }

  /** [C,L] as [1,L,C]. */
  private static Tensor tokensFirst(Tensor u) {
    long channels = u.dim(0);
    long tokens = u.dim(1);
    Tensor x = Tensor.allocate(ElementType.F32, 1, tokens, channels);
    for (long channel = 0; channel < channels; channel++) {
      for (long token = 0; token < tokens; token++) {
        x.f32(token * channels + channel, u.f32(channel * tokens + token));
      }
    }
    return x;
  }

  private static Source from(String external) {
    return new Source.External(external);
  }

  private static Source from(String stage, String port) {
    return new Source.Output(stage, port);
  }
}
