package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockWeights;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A threshold for each head from what its blocks hold, by the rule of XAttention's profiler: in
 * each block row the fewest blocks that cover a share of the true mass are found, and the least
 * estimate among them; the threshold is the share of all estimated mass that lies in blocks whose
 * estimate is at least that of their row. A head whose estimates rank blocks well gets a low one.
 */
public final class ThresholdProfile {
  /** Share of the true mass to cover. */
  public static final double SHARE = 0.9;

  private ThresholdProfile() {}

  /**
   * The thresholds of all heads of one prompt, for {@code xattention.prefill} with the same
   * parameters. Costs a dense pass over queries and keys.
   *
   * @param q f32[H,L,D]
   * @param k f32[Hk,L,D]
   * @param parameters of {@code xattention.prefill}: stride, block, causal, scale, estimate
   * @param share of the true mass that the blocks of a row shall cover
   * @return f32[H]
   */
  public static Tensor of(
      Tensor q, Tensor k, Map<String, String> parameters, double share, HostThreads threads) {
    Call scores = run(new AntidiagonalScores(), Map.of("q", q, "k", k), parameters, threads);
    Call mass = run(new BlockMass(), Map.of("scores", scores.out("scores")), parameters, threads);
    Sizes sizes = scores.sizes();
    AttentionShape shape = AttentionShape.of(sizes);
    double[][][] exact = BlockWeights.of(q, k, shape, mass.sizes().integer("block"), threads);
    int blocks = mass.sizes().extent("NB");
    Tensor thresholds = Tensor.of(new float[shape.heads()], shape.heads());
    for (int head = 0; head < shape.heads(); head++) {
      double[][] estimated = new double[blocks][blocks];
      for (int row = 0; row < blocks; row++) {
        for (int column = 0; column < blocks; column++) {
          estimated[row][column] =
              mass.out("mass").f32(((long) head * blocks + row) * blocks + column);
        }
      }
      thresholds.f32(head, (float) threshold(exact[head], estimated, share));
    }
    return thresholds;
  }

  /** The parameters that {@code kernel} knows go to it. */
  private static Call run(
      Kernel kernel,
      Map<String, Tensor> inputs,
      Map<String, String> parameters,
      HostThreads threads) {
    Map<String, String> known = new TreeMap<>(parameters);
    known
        .keySet()
        .removeIf(
            name -> kernel.signature().parameters().stream().noneMatch(p -> p.name().equals(name)));
    Call call = Call.of(kernel, inputs, known);
    ((Variant.Host) kernel.variant("simd")).code().run(call, threads);
    return call;
  }

  /**
   * The threshold of one head.
   *
   * @param exact true mass by block row and column
   * @param estimated the estimate of it
   */
  static double threshold(double[][] exact, double[][] estimated, double share) {
    double above = 0;
    double all = 0;
    for (int row = 0; row < exact.length; row++) {
      double least = leastNeeded(exact[row], estimated[row], share);
      for (double mass : estimated[row]) {
        all += mass;
        above += mass >= least ? mass : 0;
      }
    }
    return above / all;
  }

  /** The least estimate among the fewest blocks that cover {@code share} of the row's true mass. */
  private static double leastNeeded(double[] exact, double[] estimated, double share) {
    List<Integer> order =
        IntStream.range(0, exact.length)
            .boxed()
            .sorted(Comparator.comparingDouble(column -> -exact[column]))
            .toList();
    double required = share * Arrays.stream(exact).sum();
    double covered = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int column : order) {
      if (covered >= required) {
        break;
      }
      covered += exact[column];
      least = Math.min(least, estimated[column]);
    }
    return least;
  }
}
