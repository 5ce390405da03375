package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The true attention weight in each block: softmax over all visible keys, in single precision,
 * summed in double over the block's queries and keys. What every choice of blocks is judged by.
 */
public final class BlockWeights {
  private BlockWeights() {}

  /**
   * Costs a dense pass over queries and keys.
   *
   * @param q f32[H,L,D]
   * @param k f32[Hk,L,D]
   * @return by head, query block and key block; a query block's sum is the number of its queries
   */
  public static double[][][] of(
      Tensor q, Tensor k, AttentionShape shape, int block, HostThreads threads) {
    int blocks = Math.ceilDiv(shape.tokens(), block);
    List<List<Map<Integer, double[]>>> pieces =
        WindowWeights.visit(
            q,
            k,
            shape,
            IntStream.range(0, shape.tokens()).toArray(),
            () -> new TreeMap<Integer, double[]>(),
            (sums, row, weights, at, visible, factor) ->
                add(
                    weights,
                    at,
                    visible,
                    factor,
                    block,
                    sums.computeIfAbsent(row / block, one -> new double[blocks])),
            threads);
    double[][][] all = new double[shape.heads()][blocks][blocks];
    for (int head = 0; head < shape.heads(); head++) {
      for (Map<Integer, double[]> piece : pieces.get(head)) {
        for (Map.Entry<Integer, double[]> row : piece.entrySet()) {
          double[] sums = all[head][row.getKey()];
          for (int column = 0; column < blocks; column++) {
            sums[column] += row.getValue()[column];
          }
        }
      }
    }
    return all;
  }

  private static void add(
      float[] weights, int at, int visible, float factor, int block, double[] sums) {
    for (int from = 0; from < visible; from += block) {
      double sum = 0;
      for (int key = from; key < Math.min(visible, from + block); key++) {
        sum += weights[at + key];
      }
      sums[from / block] += factor * sum;
    }
  }
}
