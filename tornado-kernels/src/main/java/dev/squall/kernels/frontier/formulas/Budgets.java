package dev.squall.kernels.frontier.formulas;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The budgets that The Sparse Frontier ran its methods with, by length. Lists run from the sparsest
 * to the densest.
 */
public final class Budgets {
  /** Sparsity of each budget of SnapKV, Ada-SnapKV and Quest. */
  public static final List<Double> DECODE_SPARSITY =
      List.of(.95, .933, .90, .867, .80, .70, .60, .50, .40, .30);

  /** Sparsity of each budget of block top-k and FlexPrefill. */
  public static final List<Double> BLOCK_SPARSITY = List.of(.95, .933, .90, .867, .80, .667, .50);

  private static final int LENGTH_16K = 16384;

  private static final Map<Integer, List<Integer>> VERTICAL_SLASH =
      Map.of(
          LENGTH_16K,
          List.of(164, 240, 315, 400, 448, 576, 768, 1024, 1536, 2304),
          2 * LENGTH_16K,
          List.of(290, 384, 448, 576, 704, 1024, 1536, 2304, 3584, 4608),
          4 * LENGTH_16K,
          List.of(400, 448, 544, 640, 960, 1280, 2304, 4096, 6144, 8192),
          8 * LENGTH_16K,
          List.of(480, 768, 1024, 1536, 2048, 3584, 5632, 10240, 13312, 18432));

  private static final List<Integer> BLOCKS_16K = List.of(26, 35, 53, 71, 108, 188, 300);
  private static final Map<Integer, List<Integer>> BLOCKS =
      Map.of(
          LENGTH_16K,
          BLOCKS_16K,
          2 * LENGTH_16K,
          List.of(52, 69, 105, 141, 216, 376, 600),
          4 * LENGTH_16K,
          List.of(104, 139, 210, 283, 432, 752, 1200));

  private static final List<Integer> SNAP_16K =
      List.of(819, 1092, 1638, 2183, 3276, 4915, 6553, 8192, 9830, 11468);

  private static final Map<Integer, List<Integer>> QUEST =
      Map.of(
          LENGTH_16K,
          List.of(816, 1088, 1632, 2176, 3280, 4912, 6560, 8192, 9824, 11472),
          8 * LENGTH_16K,
          List.of(6400, 8544, 12800, 17056, 25600, 38400, 51200, 64000, 76800, 89600));

  private static final Map<Integer, List<Flex>> FLEX =
      Map.of(
          LENGTH_16K,
          flex(List.of(164, 240, 315, 400), .55, .71, .88),
          2 * LENGTH_16K,
          flex(List.of(290, 384), .45, .60, .70, .80, .92),
          4 * LENGTH_16K,
          flex(List.of(400), .45, .55, .70, .77, .85, .94));

  private static final int FLEX_LEAST = 512;

  private Budgets() {}

  /**
   * A setting of FlexPrefill.
   *
   * @param alpha share of the attention
   * @param least fewest lines
   */
  public record Flex(double alpha, int least) {}

  private static List<Flex> flex(List<Integer> fixed, double... alphas) {
    List<Flex> settings = new ArrayList<>();
    fixed.forEach(least -> settings.add(new Flex(0, least)));
    for (double alpha : alphas) {
      settings.add(new Flex(alpha, FLEX_LEAST));
    }
    return List.copyOf(settings);
  }

  /** Verticals, and as many slashes; empty for a length that was not run. */
  public static List<Integer> verticalSlash(int length) {
    return VERTICAL_SLASH.getOrDefault(length, List.of());
  }

  /** Blocks of 16 that a block row keeps; sparsity as {@link #BLOCK_SPARSITY}. */
  public static List<Integer> blockTopk(int length) {
    return BLOCKS.getOrDefault(length, List.of());
  }

  /** Settings of FlexPrefill; sparsity as {@link #BLOCK_SPARSITY}. */
  public static List<Flex> flexPrefill(int length) {
    return FLEX.getOrDefault(length, List.of());
  }

  /** Tokens that a head keeps; they double with the length. Sparsity: {@link #DECODE_SPARSITY}. */
  public static List<Integer> snapKv(int length) {
    int factor = length / LENGTH_16K;
    boolean run = length % LENGTH_16K == 0 && Integer.bitCount(factor) == 1 && factor <= 8;
    return run ? SNAP_16K.stream().map(capacity -> capacity * factor).toList() : List.of();
  }

  /** Tokens of Quest's pages; sparsity as {@link #DECODE_SPARSITY}. */
  public static List<Integer> quest(int length) {
    return QUEST.getOrDefault(length, List.of());
  }
}
