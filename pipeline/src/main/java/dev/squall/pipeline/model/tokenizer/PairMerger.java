package dev.squall.pipeline.model.tokenizer;

import java.util.PriorityQueue;

/**
 * Merges neighbouring pieces of a text, the best pair first and of equals the leftmost, until no
 * pair can be merged; the core of both encodings. O(n log n) in the number of pieces.
 */
final class PairMerger {
  /** How good a merge is. */
  @FunctionalInterface
  interface Ranking {
    /** Lower is sooner; NaN: text[from, middle) and text[middle, to) do not merge. */
    double rank(String text, int from, int middle, int to);
  }

  /** Takes the pieces that are left. */
  @FunctionalInterface
  interface Pieces {
    void take(int from, int to);
  }

  private record Pair(double rank, int from, int middle, int to) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int byRank = Double.compare(rank, other.rank);
      return byRank != 0 ? byRank : Integer.compare(from, other.from);
    }
  }

  private final String text;
  private final Ranking ranking;

  /** By a piece's first character: its end. */
  private final int[] end;

  /** By a piece's first character: the first of the piece before it, or −1. */
  private final int[] before;

  /** Whether a piece begins here. */
  private final boolean[] begins;

  private final PriorityQueue<Pair> queue = new PriorityQueue<>();

  private PairMerger(String text, Ranking ranking) {
    this.text = text;
    this.ranking = ranking;
    this.end = new int[text.length()];
    this.before = new int[text.length()];
    this.begins = new boolean[text.length()];
  }

  /** Merges the code points of {@code text} and hands out what is left, from left to right. */
  static void merge(String text, Ranking ranking, Pieces pieces) {
    PairMerger merger = new PairMerger(text, ranking);
    merger.start();
    merger.mergeAll();
    for (int at = 0; at < text.length(); at = merger.end[at]) {
      pieces.take(at, merger.end[at]);
    }
  }

  private void start() {
    int last = -1;
    for (int at = 0; at < text.length(); ) {
      begins[at] = true;
      before[at] = last;
      last = at;
      at += Character.charCount(text.codePointAt(at));
      end[last] = at;
    }
    for (int at = 0; at < text.length(); at = end[at]) {
      offer(at);
    }
  }

  private void mergeAll() {
    for (Pair pair; (pair = queue.poll()) != null; ) {
      boolean current =
          begins[pair.from] && end[pair.from] == pair.middle && end[pair.middle] == pair.to;
      if (!current) {
        continue;
      }
      begins[pair.middle] = false;
      end[pair.from] = pair.to;
      if (pair.to < text.length()) {
        before[pair.to] = pair.from;
      }
      offer(pair.from);
      if (before[pair.from] >= 0) {
        offer(before[pair.from]);
      }
    }
  }

  /** Queues the merge of the piece at {@code from} with the next, if there is one. */
  private void offer(int from) {
    int middle = end[from];
    if (middle >= text.length()) {
      return;
    }
    double rank = ranking.rank(text, from, middle, end[middle]);
    if (!Double.isNaN(rank)) {
      queue.add(new Pair(rank, from, middle, end[middle]));
    }
  }
}
