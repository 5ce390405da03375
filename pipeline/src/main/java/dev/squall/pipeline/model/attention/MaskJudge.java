package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockWeights;
import dev.squall.kernels.host.HostThreads;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Judges choices of blocks in one layer by the true attention weight of all its queries, for the
 * whole prompt and for its beginnings: in a causal pass the first tokens are what they are in a
 * shorter prompt, and so is the choice of their blocks.
 */
public final class MaskJudge {
  private final AttentionShape shape;
  private final int block;

  /** By head, query block and key block. */
  private final double[][][] weights;

  private MaskJudge(AttentionShape shape, int block, double[][][] weights) {
    this.shape = shape;
    this.block = block;
    this.weights = weights;
  }

  /** Takes a dense pass over queries and keys. */
  public static MaskJudge of(AttentionTensors tensors, int block, HostThreads threads) {
    return new MaskJudge(
        tensors.shape(),
        block,
        BlockWeights.of(tensors.q(), tensors.k(), tensors.shape(), block, threads));
  }

  /** A choice of blocks. */
  @FunctionalInterface
  public interface Kept {
    boolean keeps(int head, int queryBlock, int keyBlock);
  }

  /**
   * What a choice keeps of the first tokens, a figure a head.
   *
   * @param recall share of the true attention weight
   * @param density share of the visible (query, key) pairs
   */
  public record Judgement(double[] recall, double[] density) {}

  /**
   * @param tokens a multiple of the block, or all
   */
  public Judgement judge(Kept kept, int tokens) {
    double[] recall = new double[shape.heads()];
    double[] density = new double[shape.heads()];
    for (int head = 0; head < shape.heads(); head++) {
      for (int row = 0; row * block < tokens; row++) {
        for (int column = 0; column <= row; column++) {
          if (kept.keeps(head, row, column)) {
            recall[head] += weights[head][row][column] / tokens;
            density[head] += pairs(row, column, tokens) / (0.5 * tokens * (tokens + 1.0));
          }
        }
      }
    }
    return new Judgement(recall, density);
  }

  private double pairs(int row, int column, int tokens) {
    double rows = Math.min(block, tokens - row * block);
    return column < row ? rows * block : 0.5 * rows * (rows + 1);
  }

  /**
   * The least blocks that hold {@code threshold} of each block row's true weight, the first and the
   * diagonal one among them: what no estimate can better.
   */
  public Kept best(double threshold) {
    boolean[][][] kept = new boolean[shape.heads()][][];
    for (int head = 0; head < kept.length; head++) {
      kept[head] = new boolean[weights[head].length][];
      for (int row = 0; row < kept[head].length; row++) {
        kept[head][row] = best(weights[head][row], row, threshold);
      }
    }
    return (head, row, column) -> kept[head][row][column];
  }

  private static boolean[] best(double[] weights, int row, double threshold) {
    boolean[] kept = new boolean[row + 1];
    double all = IntStream.rangeClosed(0, row).mapToDouble(column -> weights[column]).sum();
    kept[0] = true;
    kept[row] = true;
    double held = weights[row] + (row > 0 ? weights[0] : 0);
    List<Integer> others =
        IntStream.range(1, row)
            .boxed()
            .sorted(Comparator.comparingDouble(column -> -weights[column]))
            .toList();
    for (int column : others) {
      if (held >= threshold * all) {
        break;
      }
      kept[column] = true;
      held += weights[column];
    }
    return kept;
  }
}
