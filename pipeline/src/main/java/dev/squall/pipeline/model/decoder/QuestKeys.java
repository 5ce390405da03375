package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.frontier.Largest;
import dev.squall.kernels.frontier.PageBounds;
import dev.squall.kernels.spec.Sizes;
import dev.squall.pipeline.model.attention.AttentionTensors;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pages of keys that a token's queries may attend to most, chosen anew for each token as {@link
 * dev.squall.kernels.frontier.Quest} chooses them; the bounds of complete pages are kept.
 */
final class QuestKeys implements DecodeKeys {
  private final int budget;
  private final int page;
  private final boolean share;

  /** [layer][key head] */
  private final Map<Integer, PageBounds[]> bounds = new TreeMap<>();

  /** Pages of each chooser for the layer asked last, ascending; {@code kept} of each are valid. */
  private int[][] pages = new int[0][];

  private int kept;

  /** Query heads that a chooser serves. */
  private int served;

  /**
   * @param sizes parameters of the kernel
   */
  QuestKeys(Sizes sizes) {
    this.budget = sizes.integer("budget");
    this.page = sizes.integer("page");
    this.share = sizes.flag("share");
  }

  @Override
  public String name() {
    return "quest";
  }

  @Override
  public void prompt(int layer, AttentionTensors tensors) {
    bounds.remove(layer);
  }

  @Override
  public void token(int layer, float[] queries, KeyValueCache cache, int keys) {
    DecoderShape shape = cache.shape();
    int sharing = shape.heads() / shape.keyHeads();
    served = share ? sharing : 1;
    int current = (keys - 1) / page;
    kept = Math.min(budget / page, current) + 1;
    PageBounds[] ofLayer = bounds.computeIfAbsent(layer, one -> empty(shape));
    for (int keyHead = 0; keyHead < shape.keyHeads(); keyHead++) {
      ofLayer[keyHead].extend(cache.keys(layer), cache.at(keyHead, 0), current);
    }
    if (pages.length != shape.heads() / served) {
      pages = new int[shape.heads() / served][0];
    }
    for (int chooser = 0; chooser < pages.length; chooser++) {
      float[] scores = new float[current];
      for (int head = chooser * served; head < (chooser + 1) * served; head++) {
        ofLayer[head / sharing].addScores(queries, head * shape.headSize(), scores);
      }
      choose(chooser, scores);
    }
  }

  private PageBounds[] empty(DecoderShape shape) {
    PageBounds[] ofLayer = new PageBounds[shape.keyHeads()];
    Arrays.setAll(ofLayer, keyHead -> new PageBounds(page, shape.headSize()));
    return ofLayer;
  }

  private void choose(int chooser, float[] scores) {
    Largest largest = new Largest(scores.length);
    for (int one = 0; one < scores.length; one++) {
      largest.offerSigned(one, scores[one]);
    }
    byte[] marks = new byte[scores.length + 1];
    largest.mark(scores.length, kept - 1, marks, 0);
    marks[scores.length] = 1;
    pages[chooser] = new int[kept];
    int count = 0;
    for (int one = 0; one < marks.length; one++) {
      if (marks[one] == 1) {
        pages[chooser][count++] = one;
      }
    }
  }

  @Override
  public int runs(int layer, int head, float[] query, KeyValueCache cache, int keys, int[] runs) {
    int count = 0;
    for (int one : pages[head / served]) {
      int from = one * page;
      int to = Math.min(keys, from + page);
      if (count > 0 && runs[2 * count - 1] == from) {
        runs[2 * count - 1] = to;
      } else {
        runs[2 * count] = from;
        runs[2 * count + 1] = to;
        count++;
      }
    }
    return count;
  }

  @Override
  public int maxRuns(int keys) {
    return Math.min(budget / page, keys / page) + 1;
  }
}
