package dev.squall.kernels.mminference;

import static dev.squall.kernels.mminference.BoundaryLayout.A_SHAPE;
import static dev.squall.kernels.mminference.BoundaryLayout.CLASSES;
import static dev.squall.kernels.mminference.BoundaryLayout.DENSE;
import static dev.squall.kernels.mminference.BoundaryLayout.DEPTH;
import static dev.squall.kernels.mminference.BoundaryLayout.FIELDS;
import static dev.squall.kernels.mminference.BoundaryLayout.FIRST;
import static dev.squall.kernels.mminference.BoundaryLayout.GRID;
import static dev.squall.kernels.mminference.BoundaryLayout.GROUPS;
import static dev.squall.kernels.mminference.BoundaryLayout.HEADS;
import static dev.squall.kernels.mminference.BoundaryLayout.HLINE;
import static dev.squall.kernels.mminference.BoundaryLayout.KEY_HEADS;
import static dev.squall.kernels.mminference.BoundaryLayout.KIND;
import static dev.squall.kernels.mminference.BoundaryLayout.LINES;
import static dev.squall.kernels.mminference.BoundaryLayout.MODALITIES;
import static dev.squall.kernels.mminference.BoundaryLayout.PATTERNS;
import static dev.squall.kernels.mminference.BoundaryLayout.RECENT;
import static dev.squall.kernels.mminference.BoundaryLayout.REGIONS;
import static dev.squall.kernels.mminference.BoundaryLayout.SECOND;
import static dev.squall.kernels.mminference.BoundaryLayout.SINK;
import static dev.squall.kernels.mminference.BoundaryLayout.SLASH;
import static dev.squall.kernels.mminference.BoundaryLayout.TILES;
import static dev.squall.kernels.mminference.BoundaryLayout.TOKENS;
import static dev.squall.kernels.mminference.BoundaryLayout.VLINE;
import static dev.squall.kernels.mminference.BoundaryLayout.WINDOW;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A plan's lines and its index as annotated loops. Sizes as in {@link BoundaryLayout}; M is the
 * number of modalities, G of groups. Set s below M is modality s, set M all tokens.
 */
final class BoundaryLoops {
  private static final int TILE = 64;

  /** Above all masses. */
  private static final float FORCED = 1.0e9f;

  private BoundaryLoops() {}

  /**
   * @param seen i32[M+1,L] tokens of the set up to and with this one
   * @param members i32[M+1,L] the tokens of the set, ascending; what follows them is zero
   */
  static void tokenSets(IntArray modality, IntArray seen, IntArray members, IntArray dims) {
    for (@Parallel int s = 0; s < dims.get(MODALITIES) + 1; s++) {
      int tokens = dims.get(TOKENS);
      int all = s == dims.get(MODALITIES) ? 1 : 0;
      int count = 0;
      for (int token = 0; token < tokens; token++) {
        int belongs = all | (modality.get(token) == s ? 1 : 0);
        if (belongs == 1) {
          members.set(s * tokens + count, token);
        }
        count += belongs;
        seen.set(s * tokens + token, count);
      }
      for (int rest = count; rest < tokens; rest++) {
        members.set(s * tokens + rest, 0);
      }
    }
  }

  /** The set that a group or region is, of {@code count} there are. */
  static int set(IntArray dims, int which, int count) {
    return count == 1 ? dims.get(MODALITIES) : which;
  }

  /** Tokens of a set. */
  static int size(IntArray seen, IntArray dims, int set) {
    return seen.get((set + 1) * dims.get(TOKENS) - 1);
  }

  static int field(IntArray dims, int head, int group, int region, int field) {
    int pair = (head * dims.get(GROUPS) + group) * dims.get(REGIONS) + region;
    return dims.get(PATTERNS + pair * FIELDS + field);
  }

  /** Of what stride a group's queries fall into phases; one without a grid. */
  static int stride(IntArray dims, int head, int group) {
    int stride = 1;
    for (int region = 0; region < dims.get(REGIONS); region++) {
      if (field(dims, head, group, region, KIND) == GRID) {
        stride = field(dims, head, group, region, FIRST);
      }
    }
    return stride;
  }

  /** The group or region of a token, of {@code count} there are. */
  static int part(IntArray modality, int token, int count) {
    return count == 1 ? 0 : modality.get(token);
  }

  /** The rank of a query in its own region. */
  static int coordinate(IntArray modality, IntArray seen, IntArray dims, int token) {
    int region = part(modality, token, dims.get(REGIONS));
    return seen.get(set(dims, region, dims.get(REGIONS)) * dims.get(TOKENS) + token) - 1;
  }

  /**
   * @param logits f32[H,G,W,L] of the last rows of each group; of keys that a row does not see, and
   *     of rows that a short group lacks, zero
   */
  static void groupLogits(
      FloatArray q,
      FloatArray k,
      IntArray seen,
      IntArray members,
      FloatArray logits,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int n = 0; n < dims.get(HEADS) * dims.get(GROUPS); n++) {
      for (@Parallel int w = 0; w < dims.get(WINDOW); w++) {
        for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
          int tokens = dims.get(TOKENS);
          int depth = dims.get(DEPTH);
          int window = dims.get(WINDOW);
          int group = n % dims.get(GROUPS);
          int head = n / dims.get(GROUPS);
          int row = row(seen, members, dims, group, w);
          int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
          int query = (head * tokens + row) * depth;
          int key = (head / sharing * tokens + j) * depth;
          float logit = 0f;
          if (j <= row) {
            for (int d = 0; d < depth; d++) {
              logit += q.get(query + d) * k.get(key + d);
            }
          }
          logits.set((n * window + w) * tokens + j, logit * scalars.get(0));
        }
      }
    }
  }

  /** The token of row {@code w} of a group's window, −1 if the group is shorter. */
  static int row(IntArray seen, IntArray members, IntArray dims, int group, int w) {
    int set = set(dims, group, dims.get(GROUPS));
    int size = size(seen, dims, set);
    int rows = TornadoMath.min(dims.get(WINDOW), size);
    int row = -1;
    if (w < rows) {
      row = members.get(set * dims.get(TOKENS) + size - rows + w);
    }
    return row;
  }

  /**
   * @param maximum f32[H,G,W] largest logit that a row sees
   * @param factor f32[H,G,W] one over the sum of exp(logit − maximum); zero without a row
   */
  static void groupSoftmax(
      IntArray seen,
      IntArray members,
      FloatArray logits,
      FloatArray maximum,
      FloatArray factor,
      IntArray dims) {
    for (@Parallel int n = 0; n < dims.get(HEADS) * dims.get(GROUPS); n++) {
      for (@Parallel int w = 0; w < dims.get(WINDOW); w++) {
        int row = row(seen, members, dims, n % dims.get(GROUPS), w);
        int start = (n * dims.get(WINDOW) + w) * dims.get(TOKENS);
        float largest = logits.get(start);
        for (int j = 1; j <= row; j++) {
          largest = TornadoMath.max(largest, logits.get(start + j));
        }
        float total = 0f;
        for (int j = 0; j <= row; j++) {
          total += TornadoMath.exp(logits.get(start + j) - largest);
        }
        maximum.set(n * dims.get(WINDOW) + w, largest);
        float share = 0f;
        if (row >= 0) {
          share = 1f / total;
        }
        factor.set(n * dims.get(WINDOW) + w, share);
      }
    }
  }

  /**
   * Mean weights.
   *
   * @param columns f32[H,G,L] by token
   * @param diagonals f32[H,G,L] by distance, region after region
   */
  static void groupMasses(
      IntArray seen,
      IntArray members,
      FloatArray logits,
      FloatArray maximum,
      FloatArray factor,
      FloatArray columns,
      FloatArray diagonals,
      IntArray dims) {
    for (@Parallel int n = 0; n < dims.get(HEADS) * dims.get(GROUPS); n++) {
      for (@Parallel int i = 0; i < dims.get(TOKENS); i++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        int group = n % dims.get(GROUPS);
        int groupSet = set(dims, group, dims.get(GROUPS));
        int rows = TornadoMath.min(window, size(seen, dims, groupSet));
        int region = regionOfDiagonal(seen, dims, i);
        int set = set(dims, region, dims.get(REGIONS));
        int offset = i - regionStart(seen, dims, region);
        float column = 0f;
        float diagonal = 0f;
        for (int w = 0; w < rows; w++) {
          int row = row(seen, members, dims, group, w);
          int at = n * window + w;
          if (i <= row) {
            column +=
                TornadoMath.exp(logits.get(at * tokens + i) - maximum.get(at)) * factor.get(at);
          }
          int rank = seen.get(set * tokens + row) - 1 - offset;
          if (rank >= 0) {
            int key = members.get(set * tokens + rank);
            float logit = logits.get(at * tokens + key);
            diagonal += TornadoMath.exp(logit - maximum.get(at)) * factor.get(at);
          }
        }
        int divisor = TornadoMath.max(1, rows);
        columns.set(n * tokens + i, column / divisor);
        diagonals.set(n * tokens + i, diagonal / divisor);
      }
    }
  }

  /** Where the diagonals of a region begin. */
  static int regionStart(IntArray seen, IntArray dims, int region) {
    int start = 0;
    for (int before = 0; before < region; before++) {
      start += size(seen, dims, set(dims, before, dims.get(REGIONS)));
    }
    return start;
  }

  /** Whose diagonal stands at {@code i}. */
  static int regionOfDiagonal(IntArray seen, IntArray dims, int i) {
    int region = 0;
    int end = 0;
    for (int r = 0; r < dims.get(REGIONS); r++) {
      end += size(seen, dims, set(dims, r, dims.get(REGIONS)));
      region += i >= end ? 1 : 0;
    }
    return region;
  }

  /**
   * Marks the lines that are kept.
   *
   * @param keptColumns u8[H,M,L]
   * @param keptDiagonals u8[H,M,L]
   */
  static void groupLines(
      IntArray modality,
      IntArray seen,
      IntArray members,
      FloatArray columns,
      FloatArray diagonals,
      ByteArray keptColumns,
      ByteArray keptDiagonals,
      IntArray dims) {
    for (@Parallel int n = 0; n < dims.get(HEADS) * dims.get(MODALITIES); n++) {
      for (@Parallel int i = 0; i < dims.get(TOKENS); i++) {
        int tokens = dims.get(TOKENS);
        int head = n / dims.get(MODALITIES);
        int group = n % dims.get(MODALITIES);
        int column = 0;
        int diagonal = 0;
        if (group < dims.get(GROUPS)) {
          int masses = (head * dims.get(GROUPS) + group) * tokens;
          int groupSize = size(seen, dims, set(dims, group, dims.get(GROUPS)));
          int region = part(modality, i, dims.get(REGIONS));
          if ((groupSize > 0 ? 1 : 0) * lines(dims, head, group, region) == 1) {
            int set = set(dims, region, dims.get(REGIONS));
            int before = columnsBefore(seen, members, columns, dims, masses, set, i);
            column = before < field(dims, head, group, region, FIRST) ? 1 : 0;
          }
          int ofDiagonal = regionOfDiagonal(seen, dims, i);
          if ((groupSize > 0 ? 1 : 0) * lines(dims, head, group, ofDiagonal) == 1) {
            int start = regionStart(seen, dims, ofDiagonal);
            int count = size(seen, dims, set(dims, ofDiagonal, dims.get(REGIONS)));
            int before = diagonalsBefore(diagonals, dims, masses + start, count, i - start);
            diagonal = before < field(dims, head, group, ofDiagonal, SECOND) ? 1 : 0;
          }
        }
        keptColumns.set(n * tokens + i, (byte) column);
        keptDiagonals.set(n * tokens + i, (byte) diagonal);
      }
    }
  }

  /** Whether the pair has lines to find: 0 or 1. */
  static int lines(IntArray dims, int head, int group, int region) {
    return field(dims, head, group, region, KIND) == LINES ? 1 : 0;
  }

  static int columnsBefore(
      IntArray seen,
      IntArray members,
      FloatArray columns,
      IntArray dims,
      int masses,
      int set,
      int token) {
    int tokens = dims.get(TOKENS);
    int sink = dims.get(SINK);
    int count = size(seen, dims, set);
    int rank = seen.get(set * tokens + token) - 1;
    float own = urgency(columns.get(masses + token), rank, sink);
    int before = 0;
    for (int r = 0; r < count; r++) {
      float other = urgency(columns.get(masses + members.get(set * tokens + r)), r, sink);
      int tied = (other == own ? 1 : 0) & (r < rank ? 1 : 0);
      before += (other > own ? 1 : 0) | tied;
    }
    return before;
  }

  static int diagonalsBefore(
      FloatArray diagonals, IntArray dims, int start, int count, int offset) {
    int recent = dims.get(RECENT);
    float own = urgency(diagonals.get(start + offset), offset, recent);
    int before = 0;
    for (int o = 0; o < count; o++) {
      float other = urgency(diagonals.get(start + o), o, recent);
      int tied = (other == own ? 1 : 0) & (o < offset ? 1 : 0);
      before += (other > own ? 1 : 0) | tied;
    }
    return before;
  }

  /** By what lines are ordered: forced ones tie, and ties go by rank. */
  static float urgency(float mass, int rank, int forced) {
    return rank < forced ? FORCED : mass;
  }

  /**
   * Each row's class (its group and phase) and its place among the rows of the class.
   *
   * @param classes i32[H,L]
   * @param places i32[H,L]
   */
  static void rowClasses(
      IntArray modality, IntArray seen, IntArray classes, IntArray places, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int row = 0; row < dims.get(TOKENS); row++) {
        int tokens = dims.get(TOKENS);
        int group = part(modality, row, dims.get(GROUPS));
        int stride = stride(dims, h, group);
        int phase = coordinate(modality, seen, dims, row) % stride;
        int first = 0;
        for (int g = 0; g < group; g++) {
          first += stride(dims, h, g);
        }
        int place = 0;
        for (int other = 0; other < row; other++) {
          int same = part(modality, other, dims.get(GROUPS)) == group ? 1 : 0;
          int otherPhase = coordinate(modality, seen, dims, other) % stride;
          place += same * (otherPhase == phase ? 1 : 0);
        }
        classes.set(h * tokens + row, first + phase);
        places.set(h * tokens + row, place);
      }
    }
  }

  /**
   * @param sizes i32[H,classes] rows of each class
   */
  static void classSizes(IntArray classes, IntArray sizes, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int c = 0; c < dims.get(CLASSES); c++) {
        int tokens = dims.get(TOKENS);
        int count = 0;
        for (int row = 0; row < tokens; row++) {
          count += classes.get(h * tokens + row) == c ? 1 : 0;
        }
        sizes.set(h * dims.get(CLASSES) + c, count);
      }
    }
  }

  /**
   * The keys of each tile, and where its rows find them.
   *
   * @param marks u8[H,tiles,L] the keys that a tile keeps
   * @param index H · L places, then a list for each head and tile: two spans, and room for L keys
   */
  static void tileKeys(
      IntArray modality,
      IntArray seen,
      IntArray members,
      ByteArray columns,
      ByteArray diagonals,
      IntArray classes,
      IntArray places,
      IntArray sizes,
      ByteArray marks,
      IntArray index,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int t = 0; t < dims.get(TILES); t++) {
        int tokens = dims.get(TOKENS);
        int tile = h * dims.get(TILES) + t;
        int slot = dims.get(HEADS) * tokens + tile * (tokens + 7);
        int found = tileClass(sizes, dims, h, t);
        int number = t - tilesBefore(sizes, dims, h, found);
        int first = -1;
        int last = -1;
        for (int row = 0; row < tokens; row++) {
          int at = h * tokens + row;
          int place = places.get(at) - number * TILE;
          int inside = (place >= 0 ? 1 : 0) * (place < TILE ? 1 : 0);
          if ((classes.get(at) == found ? 1 : 0) * inside == 1) {
            first = first < 0 ? row : first;
            last = row;
            index.set(at, slot);
          }
          marks.set(tile * tokens + row, (byte) 0);
        }
        int spans = 0;
        if (first >= 0) {
          int group = part(modality, first, dims.get(GROUPS));
          for (int region = 0; region < dims.get(REGIONS); region++) {
            int set = set(dims, region, dims.get(REGIONS));
            int to = seen.get(set * tokens + last) - 1;
            int from = TornadoMath.max(0, seen.get(set * tokens + first) - 1);
            if (to >= 0) {
              int kind = field(dims, h, group, region, KIND);
              int one = field(dims, h, group, region, FIRST);
              int two = field(dims, h, group, region, SECOND);
              int width = TornadoMath.max(TILE, to - from + 1);
              int end = from + width;
              int stop = TornadoMath.min(end, size(seen, dims, set));
              int phase = coordinate(modality, seen, dims, first);
              int flags = (h * dims.get(MODALITIES) + group) * tokens;
              int start = regionStart(seen, dims, region);
              int gridPhase = 0;
              int all = kind == DENSE ? 1 : 0;
              if (kind == GRID) {
                gridPhase = phase % one;
                int line = gridPhase == two ? 1 : 0;
                int whole = line * field(dims, h, group, region, HLINE);
                all = (one == 1 ? 1 : 0) | whole;
              }
              if (kind == LINES) {
                int open = 0;
                int until = 0;
                int offset = TornadoMath.min(end, size(seen, dims, set)) - 1;
                while (offset >= 0) {
                  if (diagonals.get(flags + start + offset) != 0) {
                    int edge = TornadoMath.max(end - offset, width);
                    int fresh = (1 - open) | (edge > until + width ? 1 : 0);
                    int longer = (1 - fresh) * (edge > until ? 1 : 0);
                    int begin = fresh == 1 ? edge - width : until;
                    until = fresh == 1 ? edge : until + longer * width;
                    open = 1;
                    int limit = TornadoMath.min(until, stop);
                    for (int b = begin; b < limit; b++) {
                      marks.set(tile * tokens + members.get(set * tokens + b), (byte) 1);
                    }
                  }
                  offset = offset - 1;
                }
              }
              for (int b = 0; b < stop; b++) {
                int token = members.get(set * tokens + b);
                int keep = all;
                if (kind == A_SHAPE) {
                  keep = (b < one ? 1 : 0) | (b > from - two ? 1 : 0);
                }
                if (kind == LINES) {
                  keep = columns.get(flags + token) != 0 ? 1 : 0;
                }
                if (kind == GRID) {
                  int vline = b % one == two ? field(dims, h, group, region, VLINE) : 0;
                  int slash = b % one == gridPhase ? field(dims, h, group, region, SLASH) : 0;
                  keep = keep | vline | slash;
                }
                if (keep == 1) {
                  marks.set(tile * tokens + token, (byte) 1);
                }
              }
            }
          }
          int count = 0;
          for (int key = 0; key < tokens; key++) {
            if (marks.get(tile * tokens + key) != 0) {
              index.set(slot + 7 + count, key);
              count = count + 1;
            }
          }
          index.set(slot + 1, slot + 7);
          index.set(slot + 2, count);
          index.set(slot + 3, 0);
          index.set(slot + 4, 0);
          index.set(slot + 5, 1);
          index.set(slot + 6, -1);
          // The rows of a tile agree on whether their own keys are among the marked ones.
          spans = marks.get(tile * tokens + first) != 0 ? 1 : 2;
        }
        index.set(slot, spans);
      }
    }
  }

  /** The mask keeps the shift from being one of a negative number, which back ends differ in. */
  private static int tilesOf(int tokens) {
    return ((tokens + TILE - 1) >> 6) & 0x3FFFFFF;
  }

  /** The class that tile {@code t} of a head is cut from, −1 if there are fewer tiles. */
  static int tileClass(IntArray sizes, IntArray dims, int head, int t) {
    int found = -1;
    int end = 0;
    for (int c = 0; c < dims.get(CLASSES); c++) {
      int start = end;
      end += tilesOf(sizes.get(head * dims.get(CLASSES) + c));
      found = (t >= start ? 1 : 0) * (t < end ? 1 : 0) == 1 ? c : found;
    }
    return found;
  }

  /** Tiles of the classes before class {@code last}. */
  static int tilesBefore(IntArray sizes, IntArray dims, int head, int last) {
    int tiles = 0;
    for (int c = 0; c < last; c++) {
      tiles += tilesOf(sizes.get(head * dims.get(CLASSES) + c));
    }
    return tiles;
  }
}
