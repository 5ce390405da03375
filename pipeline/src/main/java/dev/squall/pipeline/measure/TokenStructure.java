package dev.squall.pipeline.measure;

/**
 * Queries, keys and scores as a language model has them, not white noise: tokens attend to their
 * neighbourhood (rotating components of many wavelengths), to tokens of the same topic, of which
 * each stretch of text has one, and to the first few tokens, the sink. Block-sparse methods find
 * blocks in that; in white noise there are none.
 */
final class TokenStructure {
  /** Shares of a logit q·k/√D: of a token with itself, with its topic, with the sink. */
  private static final double LOCAL = 8;

  private static final double TOPIC = 7;
  private static final double SINK = 12;
  private static final double NOISE = 0.5;

  private static final int SINK_TOKENS = 4;
  private static final int TOPICS = 12;

  /** Tokens with one topic: no multiple of a block, so that blocks straddle topics. */
  private static final int STRETCH = 192;

  private static final double LONGEST_WAVE = 10_000;
  private static final int SINK_DIRECTION = TOPICS;

  private TokenStructure() {}

  /** A row of q[H, L, D]: each head weighs the three parts in its own way. */
  static void query(Row row) {
    token(row, weight(row, 0), weight(row, 1), weight(row, 2));
  }

  /** A row of k[Hk, L, D]. */
  static void key(Row row) {
    token(row, 1, 1, row.inner() < SINK_TOKENS ? 1 : 0);
  }

  /**
   * A row of scores[H, G, G]: logits of groups of {@code stride} tokens, −∞ where a causal call
   * excludes the pair.
   */
  static void scores(Row row) {
    long stride = row.integer("stride", 8);
    for (int j = 0; j < row.length(); j++) {
      row.set(j, visible(row, j) ? logit(row, j, stride) : Double.NEGATIVE_INFINITY);
    }
  }

  /** A row of mass[H, NB, NB]: the softmax of such logits over the visible blocks. */
  static void mass(Row row) {
    long block = row.integer("block", 128);
    double[] weights = new double[row.length()];
    double total = 0;
    for (int j = 0; j < weights.length; j++) {
      weights[j] = visible(row, j) ? Math.exp(logit(row, j, block)) : 0;
      total += weights[j];
    }
    for (int j = 0; j < weights.length; j++) {
      row.set(j, weights[j] / total);
    }
  }

  private static boolean visible(Row row, int column) {
    return column <= row.inner() || !row.flag("causal", true);
  }

  /** What the dot product of a query and a key comes to, were their parts orthogonal. */
  private static double logit(Row row, int column, long tokensPerStep) {
    long query = row.inner() * tokensPerStep;
    long key = column * tokensPerStep;
    double near = 1 - Math.log1p(Math.abs(query - key)) / Math.log(LONGEST_WAVE);
    double sameTopic = topic(row.seed(), query) == topic(row.seed(), key) ? 1 : 0;
    double sink = key < SINK_TOKENS ? 1 : 0;
    return LOCAL * weight(row, 0) * Math.max(0, near)
        + TOPIC * weight(row, 1) * sameTopic
        + SINK * weight(row, 2) * sink
        + NOISE * row.normal();
  }

  private static void token(Row row, double local, double topic, double sink) {
    int size = row.length();
    double fourthRoot = Math.sqrt(Math.sqrt(size));
    // Two rotating components make one wave, so each needs twice the square.
    double localAmplitude = local * Math.sqrt(2 * LOCAL) / fourthRoot;
    double topicAmplitude = topic * Math.sqrt(TOPIC) / fourthRoot;
    double sinkAmplitude = sink * Math.sqrt(SINK) / fourthRoot;
    long direction = topic(row.seed(), row.inner());
    double longer = Math.pow(LONGEST_WAVE, -2.0 / size);
    double frequency = 1;
    for (int i = 0; i < size; i++) {
      double angle = row.inner() * frequency;
      double wave = i % 2 == 0 ? Math.cos(angle) : Math.sin(angle);
      double value =
          localAmplitude * wave
              + topicAmplitude * Hashing.sign(row.seed(), direction, i)
              + sinkAmplitude * Hashing.sign(row.seed(), SINK_DIRECTION, i)
              + NOISE * row.normal();
      row.set(i, value);
      if (i % 2 == 1) {
        frequency *= longer;
      }
    }
  }

  private static long topic(long seed, long token) {
    return (long) (TOPICS * Hashing.unit(seed, token / STRETCH));
  }

  /** From 0.7 to 1. */
  private static double weight(Row row, int part) {
    return 0.7 + 0.3 * Hashing.unit(row.seed(), row.outer(), part);
  }
}
