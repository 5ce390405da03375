package dev.squall.kernels.mminference;

import dev.squall.kernels.tensor.Tensor;

/**
 * The tokens of a call as groups of queries and regions of keys, and what a token is among them. A
 * group or region is a modality, or all tokens where a boundary does not part them.
 *
 * @param groupOf group of each query token
 * @param regionOf region of each key token
 * @param groups tokens of each group, ascending
 * @param regions tokens of each region, ascending
 */
record Modalities(int[] groupOf, int[] regionOf, int[][] groups, int[][] regions) {

  /**
   * @param modality i32[L]
   * @param count modalities that there are
   */
  static Modalities of(Boundary kind, Tensor modality, int count) {
    int tokens = (int) modality.dim(0);
    int[] all = new int[tokens];
    int[] own = new int[tokens];
    for (int token = 0; token < tokens; token++) {
      own[token] = modality.i32(token);
    }
    int[] groupOf = kind.partsQueries() ? own : all;
    int[] regionOf = kind.partsKeys() ? own : all;
    return new Modalities(
        groupOf,
        regionOf,
        members(groupOf, kind.partsQueries() ? count : 1),
        members(regionOf, kind.partsKeys() ? count : 1));
  }

  private static int[][] members(int[] setOf, int count) {
    int[] sizes = new int[count];
    for (int set : setOf) {
      sizes[set]++;
    }
    int[][] members = new int[count][];
    for (int set = 0; set < count; set++) {
      members[set] = new int[sizes[set]];
    }
    int[] next = new int[count];
    for (int token = 0; token < setOf.length; token++) {
      int set = setOf[token];
      members[set][next[set]++] = token;
    }
    return members;
  }

  int tokens() {
    return groupOf.length;
  }

  /** Where the diagonals of a region begin in a list of all regions' diagonals. */
  int start(int region) {
    int start = 0;
    for (int before = 0; before < region; before++) {
      start += regions[before].length;
    }
    return start;
  }

  /** What a grid counts of a query: its rank in its own region, the token's where there is one. */
  int coordinate(int token) {
    return seen(regionOf[token], token) - 1;
  }

  /** Keys of {@code region} that a query at {@code token} sees. */
  int seen(int region, int token) {
    int[] keys = regions[region];
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] <= token) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
