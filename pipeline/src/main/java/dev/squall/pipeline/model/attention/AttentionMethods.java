package dev.squall.pipeline.model.attention;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The attention methods that there are, by name. */
public final class AttentionMethods {
  /** Short names of kernels; a kernel's id is a name too. */
  private static final Map<String, String> SHORT_NAMES = new LinkedHashMap<>();

  static {
    SHORT_NAMES.put("dense", "attention.dense");
    SHORT_NAMES.put("xattention", "xattention.prefill");
    SHORT_NAMES.put("xattention-groups", "xattention.group_prefill");
    SHORT_NAMES.put("vertical-slash", "frontier.vertical_slash");
    SHORT_NAMES.put("flexprefill", "frontier.flexprefill");
    SHORT_NAMES.put("block-topk", "frontier.block_topk");
    SHORT_NAMES.put("grid", "mminference.grid");
  }

  /** Needs more than q, k and v. */
  public static final String BOUNDARY = "boundary";

  private final Map<String, Kernel> methods = new LinkedHashMap<>();

  private AttentionMethods() {}

  /** All kernels of the catalogue that need q, k and v alone and give o for every query. */
  public static AttentionMethods load() {
    AttentionMethods all = new AttentionMethods();
    Map<String, Kernel> byId = new LinkedHashMap<>();
    KernelCatalog.load().kernels().stream()
        .filter(AttentionMethods::attends)
        .forEach(kernel -> byId.put(kernel.id(), kernel));
    SHORT_NAMES.forEach(
        (name, id) -> {
          if (byId.containsKey(id)) {
            all.methods.put(name, byId.get(id));
          }
        });
    byId.forEach(all.methods::put);
    return all;
  }

  /** Dense attention, which needs no settings. */
  public static PrefillAttention dense() {
    return load().method("dense", Map.of());
  }

  /** Short names first. */
  public List<String> names() {
    return List.copyOf(methods.keySet());
  }

  /** Parameters of a method that users may set; none for a name that is none. */
  public List<String> parameters(String name) {
    Kernel kernel = methods.get(name);
    return kernel == null
        ? List.of()
        : kernel.signature().parameters().stream().map(Parameter::name).toList();
  }

  /**
   * @param parameters of the method's kernel; absent ones take their default
   * @throws SquallException INVALID_INPUT for a name that is none, listing those there are
   */
  public PrefillAttention method(String name, Map<String, String> parameters) {
    return new KernelAttention(name, kernel(name), parameters);
  }

  private Kernel kernel(String name) {
    Kernel kernel = methods.get(name);
    if (kernel == null && name.equals(BOUNDARY)) {
      throw SquallException.invalidInput(
          "boundary attention needs the modalities of the tokens: --segments FILE");
    }
    if (kernel == null) {
      throw SquallException.invalidInput(
          "no attention method named %s; there are: %s"
              .formatted(name, String.join(", ", methods.keySet())));
    }
    return kernel;
  }

  /**
   * A method with a threshold for each head of each layer.
   *
   * @param parameters of the method's kernel, before those that the thresholds were found with
   * @throws SquallException INVALID_INPUT for a method that takes no thresholds
   */
  public PrefillAttention withThresholds(
      String name, Map<String, String> parameters, HeadThresholds thresholds) {
    Kernel kernel = kernel(name);
    if (kernel.signature().inputs().stream().noneMatch(port -> port.name().equals("thresholds"))) {
      throw SquallException.invalidInput(name + " attention takes no thresholds of heads");
    }
    Map<String, String> all = new LinkedHashMap<>(thresholds.parameters());
    all.putAll(parameters);
    return new LayeredAttention(
        name,
        all,
        (layer, tensors) -> {
          int heads = tensors.shape().heads();
          Tensor ofLayer = Tensor.of(thresholds.layer(layer, heads), heads);
          return new KernelAttention(name, kernel, all, Map.of("thresholds", ofLayer))
              .bind(tensors);
        });
  }

  /** Attention by modalities, the same in all layers: the kernel mminference.boundary. */
  public PrefillAttention boundary(Map<String, String> parameters, Tensor modality) {
    return new KernelAttention(
        BOUNDARY, boundaryKernel(), parameters, Map.of("modality", modality));
  }

  /** Attention by modalities after a plan for each layer. */
  public PrefillAttention boundary(PatternPlan plan, Tensor modality) {
    return new LayeredAttention(
        BOUNDARY,
        Map.of("plan", "of each layer"),
        (layer, tensors) -> boundary(plan.parameters(layer), modality).bind(tensors));
  }

  private static Kernel boundaryKernel() {
    return KernelCatalog.load().kernel("mminference.boundary");
  }

  private static boolean attends(Kernel kernel) {
    List<String> needed =
        kernel.signature().inputs().stream()
            .filter(port -> !port.optional())
            .map(Port::name)
            .toList();
    return needed.equals(List.of("q", "k", "v"))
        && rowsOfTokens(kernel.signature().inputs().getFirst())
        && kernel.signature().outputs().stream().anyMatch(AttentionMethods::isOutput);
  }

  private static boolean isOutput(Port port) {
    return port.name().equals("o") && rowsOfTokens(port);
  }

  /** Q rows, where a kernel takes a chunk behind a prefix, may be all tokens. */
  private static boolean rowsOfTokens(Port port) {
    return port.dims().equals(List.of("H", "L", "D")) || port.dims().equals(List.of("H", "Q", "D"));
  }
}
