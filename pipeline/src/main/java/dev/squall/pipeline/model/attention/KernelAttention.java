package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Attention by a kernel of the catalogue, in its best form for the host. */
final class KernelAttention implements PrefillAttention {
  private static final String SCALE = "scale";
  private static final String DENSE = "attention.dense";

  /** How kernels call the share of pairs that they keep, f32[H]. */
  private static final List<String> DENSITIES = List.of("density", "kept", "kept_fraction");

  private final String name;
  private final Kernel kernel;
  private final Map<String, String> parameters;

  /** Inputs besides q, k and v. */
  private final Map<String, Tensor> more;

  KernelAttention(String name, Kernel kernel, Map<String, String> parameters) {
    this(name, kernel, parameters, Map.of());
  }

  KernelAttention(
      String name, Kernel kernel, Map<String, String> parameters, Map<String, Tensor> more) {
    this.name = name;
    this.kernel = kernel;
    this.parameters = Map.copyOf(parameters);
    this.more = Map.copyOf(more);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, String> parameters() {
    return new TreeMap<>(parameters);
  }

  @Override
  public LayerAttention bind(AttentionTensors tensors) {
    if (tensors.shape().offset() > 0) {
      requireChunks();
      if (isDense()) {
        return denseBehind(tensors);
      }
    }
    Map<String, String> all = new HashMap<>(parameters);
    if (kernel.signature().parameters().stream().anyMatch(it -> it.name().equals(SCALE))) {
      all.put(SCALE, Float.toString(tensors.shape().scale()));
    }
    Map<String, Tensor> inputs = new HashMap<>(more);
    inputs.put("q", tensors.q());
    inputs.put("k", tensors.k());
    inputs.put("v", tensors.v());
    Call fresh = Call.of(kernel, inputs, all);
    Map<String, Tensor> outputs = new HashMap<>(fresh.outputs());
    outputs.put("o", tensors.o());
    Call call = fresh.withOutputs(outputs);
    Variant.Host variant = hostVariant(call);
    return threads -> attend(tensors, call, variant, threads);
  }

  private boolean isDense() {
    return kernel.id().equals(DENSE);
  }

  /** Dense attention needs no kernel of its own to begin behind earlier tokens. */
  private void requireChunks() {
    if (!isDense() && kernel.signature().inputs().getFirst().dims().contains("L")) {
      throw SquallException.unsupported(
          "%s takes whole prompts, no chunks behind earlier tokens (--chunk)"
              .formatted(kernel.id()));
    }
  }

  private LayerAttention denseBehind(AttentionTensors tensors) {
    KeyRuns all = KeyRuns.dense(tensors.shape());
    int heads = tensors.shape().heads();
    return threads -> {
      SparseAttentionSimd.attend(
          tensors.q(), tensors.k(), tensors.v(), tensors.o(), tensors.shape(), all, threads);
      return AttentionOutcome.dense(heads);
    };
  }

  private Variant.Host hostVariant(Call call) {
    return kernel.variants().stream()
        .filter(Variant.Host.class::isInstance)
        .map(Variant.Host.class::cast)
        .filter(variant -> variant.condition().apply(call.sizes()).supported())
        .findFirst()
        .orElseThrow(() -> SquallException.unsupported(kernel.id() + " has no form for the host"));
  }

  private AttentionOutcome attend(
      AttentionTensors tensors, Call call, Variant.Host variant, HostThreads threads) {
    variant.code().run(call, threads);
    return new Outcome(tensors, call);
  }

  /** Reads what the kernel's outputs tell, and asks the kernel itself for the rest. */
  private final class Outcome implements AttentionOutcome {
    private final AttentionTensors tensors;
    private final Call call;
    private final int heads;

    /** What the kernel itself tells; kept, since it may measure for it. */
    private List<Metric> metrics;

    Outcome(AttentionTensors tensors, Call call) {
      this.tensors = tensors;
      this.call = call;
      this.heads = tensors.shape().heads();
    }

    @Override
    public HeadFigures density() {
      if (isDense()) {
        return HeadFigures.allEqual(1, heads);
      }
      double[] each = new double[heads];
      Optional<String> port = densityPort();
      Optional<BlockMask> mask = mask();
      if (port.isEmpty() && mask.isEmpty()) {
        return HeadFigures.together(metric("density"), Double.NaN, heads);
      }
      for (int head = 0; head < heads; head++) {
        each[head] =
            port.isPresent()
                ? call.out(port.get()).asDouble(head)
                : mask.get().density(tensors.shape(), head);
      }
      return HeadFigures.of(each);
    }

    @Override
    public HeadFigures recall() {
      if (isDense()) {
        return HeadFigures.allEqual(1, heads);
      }
      return mask()
          .map(mask -> MaskRecall.of(tensors, mask))
          .orElseGet(
              () -> HeadFigures.together(metric("recall"), metric("lowest_head_recall"), heads));
    }

    private Optional<String> densityPort() {
      return kernel.signature().outputs().stream()
          .filter(port -> port.dims().equals(List.of("H")))
          .map(Port::name)
          .filter(DENSITIES::contains)
          .findFirst();
    }

    @Override
    public Optional<BlockMask> mask() {
      boolean told =
          call.outputs().containsKey("mask")
              && call.sizes().parameters().get("block") instanceof Long
              && call.out("mask").rank() == 3;
      return told
          ? Optional.of(
              new BlockMask(
                  call.out("mask"), call.sizes().integer("block"), tensors.shape().offset()))
          : Optional.empty();
    }

    private double metric(String wanted) {
      if (metrics == null) {
        metrics = kernel.metrics(call);
      }
      return metrics.stream()
          .filter(metric -> metric.name().equals(wanted))
          .mapToDouble(Metric::value)
          .findFirst()
          .orElse(Double.NaN);
    }
  }
}
