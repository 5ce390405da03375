package dev.squall.pipeline.model.tokenizer;

import java.util.Arrays;

/** A growing list of token ids with a limit; what is added beyond it is dropped. */
final class TokenList {
  private final int most;
  private int[] ids = new int[256];
  private int count;

  TokenList(int most) {
    this.most = most;
  }

  void add(int id) {
    if (full()) {
      return;
    }
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, 2 * count);
    }
    ids[count++] = id;
  }

  boolean full() {
    return count == most;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, count);
  }
}
