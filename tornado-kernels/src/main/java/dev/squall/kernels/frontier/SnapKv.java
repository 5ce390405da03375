package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/**
 * {@code frontier.snapkv}: the tokens of a prompt that decoding needs to keep, equally many a key
 * head (SnapKV, arXiv 2404.14469, as The Sparse Frontier runs it).
 *
 * <p>In: q f32[H,L,D], k f32[Hk,L,D]; v f32[Hk,L,D] is accepted and not read. A token's importance
 * is its softmax weight, mean over the last {@code window} queries and the query heads of the key
 * head, then averaged over {@code pool} tokens around it (tokens that are not there count as zero).
 * Kept are the first {@code sink} and the last {@code recent} tokens before all others, then the
 * most important, equal ones by ascending index. A capacity of L or more keeps all.
 *
 * <p>Out: indices i32[Hk,kept], ascending, kept = min(capacity, L). (The original leaves them in
 * order of importance.)
 */
public final class SnapKv implements Kernel {
  private static final Signature SIGNATURE =
      TokenBudget.signature("frontier.snapkv", "tokens to keep for decoding, equally many a head")
          .out("indices", ElementType.I32, "Hk", "kept")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    return TokenBudget.cost(sizes, (double) sizes.dim("Hk") * sizes.dim("kept"));
  }

  @Override
  public Reference reference() {
    return new SnapKvReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.exact("indices"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", TokenImportance::workspaceBytes, SnapKv::simd),
        new Variant.Device(
            "loops", (sizes, device) -> TokenPrograms.support(sizes), TokenPrograms::snapKv));
  }

  /**
   * {@code density}: share of the tokens that is kept; {@code recall} and {@code
   * lowest_head_recall}: share of the last sixteen queries' attention weight.
   */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    int kept = call.sizes().extent("kept");
    Tensor indices = call.out("indices");
    KeptKeys keys =
        (head, row) -> {
          boolean[] marked = new boolean[shape.tokens()];
          for (int i = 0; i < kept; i++) {
            marked[indices.i32((long) shape.keyHead(head) * kept + i)] = true;
          }
          return key -> marked[key];
        };
    return TokenBudget.metrics(call, keys);
  }

  private static void simd(Call call, HostThreads threads) {
    float[][] importance = TokenImportance.of(call, false, threads);
    int tokens = call.sizes().extent("L");
    int wanted = call.sizes().extent("kept");
    threads.forEach(
        importance.length,
        () -> new Largest(tokens),
        (largest, keyHead) -> {
          TokenImportance.offer(call.sizes(), largest, importance[(int) keyHead]);
          byte[] kept = new byte[tokens];
          largest.mark(tokens, wanted, kept, 0);
          long at = keyHead * wanted;
          for (int token = 0; token < tokens; token++) {
            if (kept[token] == 1) {
              call.out("indices").i32(at++, token);
            }
          }
        });
  }
}
