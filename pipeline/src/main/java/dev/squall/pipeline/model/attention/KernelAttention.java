package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Attention by a kernel of the catalogue, in its best form for the host. */
final class KernelAttention implements PrefillAttention {
  private static final String SCALE = "scale";

  /** How kernels call the share of pairs that they keep, f32[H]. */
  private static final List<String> DENSITIES = List.of("density", "kept", "kept_fraction");

  private final String name;
  private final Kernel kernel;
  private final Map<String, String> parameters;

  KernelAttention(String name, Kernel kernel, Map<String, String> parameters) {
    this.name = name;
    this.kernel = kernel;
    this.parameters = Map.copyOf(parameters);
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
    Map<String, String> all = new HashMap<>(parameters);
    if (kernel.signature().parameters().stream().anyMatch(it -> it.name().equals(SCALE))) {
      all.put(SCALE, Float.toString(tensors.shape().scale()));
    }
    Map<String, Tensor> inputs = Map.of("q", tensors.q(), "k", tensors.k(), "v", tensors.v());
    Call fresh = Call.of(kernel, inputs, all);
    Map<String, Tensor> outputs = new HashMap<>(fresh.outputs());
    outputs.put("o", tensors.o());
    Call call = fresh.withOutputs(outputs);
    Variant.Host variant = hostVariant(call);
    return threads -> attend(tensors.shape(), call, variant, threads);
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
      AttentionShape shape, Call call, Variant.Host variant, HostThreads threads) {
    variant.code().run(call, threads);
    Optional<BlockMask> mask = mask(call);
    return new AttentionOutcome(
        density(shape, call, mask),
        mask.<KeptKeys>map(KeptKeys::of).or(() -> isDense() ? Optional.of(ALL) : Optional.empty()));
  }

  private static final KeptKeys ALL = (head, row, key) -> true;

  private boolean isDense() {
    return kernel.id().equals("attention.dense");
  }

  private Optional<BlockMask> mask(Call call) {
    boolean told =
        call.outputs().containsKey("mask")
            && call.sizes().parameters().get("block") instanceof Long
            && call.out("mask").rank() == 3;
    return told
        ? Optional.of(new BlockMask(call.out("mask"), call.sizes().integer("block")))
        : Optional.empty();
  }

  private double[] density(AttentionShape shape, Call call, Optional<BlockMask> mask) {
    double[] density = new double[shape.heads()];
    Arrays.fill(density, isDense() ? 1 : Double.NaN);
    Optional<String> told =
        kernel.signature().outputs().stream()
            .filter(port -> port.dims().equals(List.of("H")))
            .map(Port::name)
            .filter(DENSITIES::contains)
            .findFirst();
    for (int head = 0; head < density.length; head++) {
      if (told.isPresent()) {
        density[head] = call.out(told.get()).asDouble(head);
      } else if (mask.isPresent()) {
        density[head] = mask.get().density(shape, head);
      }
    }
    return density;
  }
}
