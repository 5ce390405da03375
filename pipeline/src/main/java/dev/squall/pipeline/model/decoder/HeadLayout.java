package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.LaneTranspose;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.TokenPanels;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Moves heads between panels of tokens and the tensors [heads, tokens, head size] of the attention
 * kernels. For one thread.
 */
final class HeadLayout {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Tokens and features that are transposed at a time; a panel is a whole number of them wide. */
  private static final int SQUARE = MatrixTile.SPECIES.length();

  private final int headSize;

  /** A panel's tokens: [token][feature]. */
  private final float[] rows;

  private final LaneTranspose squares = new LaneTranspose();

  HeadLayout(int headSize) {
    this.headSize = headSize;
    this.rows = new float[COLUMNS * headSize];
  }

  /** Tokens of a panel, one head, to the tensor's tokens from {@code firstToken} on. */
  void store(TokenPanels from, int panel, int feature, Tensor to, int head, int firstToken) {
    int width = from.width(panel);
    int at = from.at(panel, feature);
    // Whole squares: what is turned beyond the last token is not copied.
    for (int token = 0; token < width; token += SQUARE) {
      for (int part = 0; part < headSize; part += SQUARE) {
        toRows(from.data(), at, token, part);
      }
    }
    MemorySegment.copy(rows, 0, to.data(), F32, byteAt(to, head, firstToken), width * headSize);
  }

  private void toRows(float[] panel, int at, int firstToken, int firstFeature) {
    if (firstFeature + SQUARE <= headSize) {
      int from = at + firstFeature * COLUMNS + firstToken;
      int to = firstToken * headSize + firstFeature;
      squares.transpose(panel, from, COLUMNS, rows, to, headSize);
      return;
    }
    for (int token = firstToken; token < firstToken + SQUARE; token++) {
      for (int feature = firstFeature; feature < headSize; feature++) {
        rows[token * headSize + feature] = panel[at + feature * COLUMNS + token];
      }
    }
  }

  /** The other way; columns beyond the last token become zero. */
  void load(Tensor from, int head, int firstToken, TokenPanels to, int panel, int feature) {
    int width = to.width(panel);
    int at = to.at(panel, feature);
    MemorySegment.copy(from.data(), F32, byteAt(from, head, firstToken), rows, 0, width * headSize);
    Arrays.fill(rows, width * headSize, rows.length, 0);
    for (int token = 0; token < COLUMNS; token += SQUARE) {
      for (int part = 0; part < headSize; part += SQUARE) {
        toPanel(to.data(), at, token, part);
      }
    }
  }

  private void toPanel(float[] panel, int at, int firstToken, int firstFeature) {
    if (firstFeature + SQUARE <= headSize) {
      int from = firstToken * headSize + firstFeature;
      int to = at + firstFeature * COLUMNS + firstToken;
      squares.transpose(rows, from, headSize, panel, to, COLUMNS);
      return;
    }
    for (int feature = firstFeature; feature < headSize; feature++) {
      for (int token = firstToken; token < firstToken + SQUARE; token++) {
        panel[at + feature * COLUMNS + token] = rows[token * headSize + feature];
      }
    }
  }

  private long byteAt(Tensor tensor, int head, int token) {
    return 4 * (head * tensor.dim(1) + token) * headSize;
  }
}
