package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/**
 * {@code frontier.ada_snapkv}: as {@link SnapKv}, but the key heads share a budget (Ada-KV, arXiv
 * 2407.11550, as The Sparse Frontier runs it).
 *
 * <p>In: as there. A token's importance is its largest softmax weight over the last {@code window}
 * queries and the query heads of the key head, averaged over {@code pool} tokens. Each key head
 * keeps its most important tokens first, {@code min_share} of the capacity but no fewer than {@code
 * sink} + {@code recent} and no more than the capacity; what is left of Hk · min(capacity, L) goes
 * to the most important of all heads' other tokens, equal ones by ascending head and index.
 *
 * <p>Out: indices i32[total], head after head, ascending in each; offsets i32[Hk + 1], where each
 * head's begin; total = Hk · min(capacity, L).
 */
public final class AdaSnapKv implements Kernel {
  private static final Signature SIGNATURE =
      TokenBudget.signature(
              "frontier.ada_snapkv", "tokens to keep for decoding, more for heads that need more")
          .parameter(
              Parameter.real("min_share", 0.2, 0, 1, "share of the capacity that is each head's"))
          .derive("total", sizes -> sizes.dim("Hk") * sizes.dim("kept"))
          .derive("Hk+1", sizes -> sizes.dim("Hk") + 1)
          .out("indices", ElementType.I32, "total")
          .out("offsets", ElementType.I32, "Hk+1")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    return TokenBudget.cost(sizes, sizes.dim("total") + sizes.dim("Hk") + 1.0);
  }

  @Override
  public Reference reference() {
    return new AdaSnapKvReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.exact("indices"), Tolerance.exact("offsets"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", TokenImportance::workspaceBytes, AdaSnapKv::simd),
        new Variant.Device(
            "loops", (sizes, device) -> TokenPrograms.support(sizes), TokenPrograms::adaSnapKv));
  }

  /** As {@link SnapKv#metrics}, and {@code smallest_head}: the least share of the tokens. */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    Tensor offsets = call.out("offsets");
    KeptKeys keys =
        (head, row) -> {
          boolean[] marked = new boolean[shape.tokens()];
          int keyHead = shape.keyHead(head);
          for (int i = offsets.i32(keyHead); i < offsets.i32(keyHead + 1); i++) {
            marked[call.out("indices").i32(i)] = true;
          }
          return key -> marked[key];
        };
    int smallest = Integer.MAX_VALUE;
    for (int keyHead = 0; keyHead < shape.keyHeads(); keyHead++) {
      smallest = Math.min(smallest, offsets.i32(keyHead + 1) - offsets.i32(keyHead));
    }
    List<Metric> metrics = TokenBudget.metrics(call, keys);
    metrics.add(new Metric("smallest_head", (double) smallest / shape.tokens()));
    return metrics;
  }

  /** Tokens that each head keeps before the heads compete. */
  static int base(Sizes sizes) {
    int share = (int) (sizes.real("min_share") * sizes.integer("capacity"));
    int forced = sizes.integer("sink") + sizes.integer("recent");
    return Math.min(sizes.extent("kept"), Math.max(share, forced));
  }

  private static void simd(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    float[][] importance = TokenImportance.of(call, true, threads);
    int tokens = sizes.extent("L");
    int heads = importance.length;
    byte[] kept = new byte[heads * tokens];
    threads.forEach(
        heads,
        () -> new Largest(tokens),
        (largest, head) -> {
          TokenImportance.offer(sizes, largest, importance[(int) head]);
          largest.mark(tokens, base(sizes), kept, (int) head * tokens);
        });
    compete(importance, kept, sizes.extent("total") - heads * base(sizes));
    int at = 0;
    for (int head = 0; head < heads; head++) {
      call.out("offsets").i32(head, at);
      for (int token = 0; token < tokens; token++) {
        if (kept[head * tokens + token] == 1) {
          call.out("indices").i32(at++, token);
        }
      }
    }
    call.out("offsets").i32(heads, at);
  }

  /** Marks the {@code wanted} most important tokens of all heads that are not marked yet. */
  private static void compete(float[][] importance, byte[] kept, int wanted) {
    int tokens = importance[0].length;
    Largest largest = new Largest(kept.length);
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] == 1) {
        largest.force(i, 0);
      } else {
        largest.offer(i, importance[i / tokens][i % tokens]);
      }
    }
    int before = 0;
    for (byte one : kept) {
      before += one;
    }
    largest.mark(kept.length, before + wanted, kept, 0);
  }
}
