package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneExp;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.PanelProduct;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.host.TokenPanels;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a decoder thinks of each next token of a text, without ever holding the logits: the
 * vocabulary passes in blocks of rows, and each token keeps a running maximum and sum of
 * exponentials.
 */
public final class VocabularyScores {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Panels that share one widening of the output matrix. */
  private static final int MOST_PANELS = 16;

  private final double[] logProbabilities;
  private final int[] likeliest;

  private VocabularyScores(int tokens) {
    logProbabilities = new double[Math.max(0, tokens - 1)];
    likeliest = new int[tokens];
  }

  /** Scores all tokens of {@code text} behind which {@code hidden} stands. */
  public static VocabularyScores of(
      Decoder decoder, int[] text, TokenPanels hidden, HostThreads threads) {
    QuantizedMatrix output = decoder.weights().output();
    VocabularyScores scores = new VocabularyScores(text.length);
    int group = Math.clamp(hidden.panels() / (2 * threads.count()), 1, MOST_PANELS);
    threads.forEach(
        Math.ceilDiv(hidden.panels(), group),
        () -> new PanelProduct.WideRows(List.of(output), PanelProduct.rowBlock(output)),
        (wide, unit) -> {
          int first = (int) unit * group;
          int end = Math.min(hidden.panels(), first + group);
          scores.score(wide, output, text, hidden, first, end);
        });
    return scores;
  }

  /** Natural logarithm of the probability of token i + 1 after tokens 0 … i. */
  public double logProbability(int i) {
    return logProbabilities[i];
  }

  /** The likeliest token after token i. */
  public int likeliest(int i) {
    return likeliest[i];
  }

  /** e to the mean of −log p over all tokens but the first. NaN for a text of one token. */
  public double perplexity() {
    return Math.exp(-Arrays.stream(logProbabilities).average().orElse(Double.NaN));
  }

  private void score(
      PanelProduct.WideRows wide,
      QuantizedMatrix output,
      int[] text,
      TokenPanels hidden,
      int first,
      int end) {
    int rowBlock = PanelProduct.rowBlock(output);
    float[] logits = new float[rowBlock * COLUMNS];
    Columns[] columns = new Columns[end - first];
    Arrays.setAll(columns, panel -> new Columns(text, (first + panel) * COLUMNS));
    for (int row = 0; row < output.rows(); row += rowBlock) {
      int rows = Math.min(rowBlock, output.rows() - row);
      wide.load(0, row, rows);
      for (int panel = first; panel < end; panel++) {
        wide.multiply(hidden, panel, logits, 0, false);
        columns[panel - first].add(logits, row, rows);
      }
    }
    for (int panel = first; panel < end; panel++) {
      columns[panel - first].store(panel * COLUMNS);
    }
  }

  /** Running figures of the tokens of one panel. */
  private final class Columns {
    private final int[] next = new int[COLUMNS];
    private final float[] most = new float[COLUMNS];
    private final double[] total = new double[COLUMNS];
    private final int[] top = new int[COLUMNS];
    private final float[] target = new float[COLUMNS];
    private final float[] blockMost = new float[COLUMNS];
    private final float[] blockTotal = new float[COLUMNS];

    Columns(int[] text, int firstToken) {
      for (int column = 0; column < COLUMNS; column++) {
        int following = firstToken + column + 1;
        next[column] = following < text.length ? text[following] : -1;
      }
      Arrays.fill(most, Float.NEGATIVE_INFINITY);
    }

    void add(float[] logits, int firstRow, int rows) {
      for (int column = 0; column < COLUMNS; column += LANES) {
        largest(logits, column, rows).intoArray(blockMost, column);
      }
      for (int column = 0; column < COLUMNS; column++) {
        if (blockMost[column] > most[column]) {
          total[column] *= Math.exp(most[column] - blockMost[column]);
          most[column] = blockMost[column];
          top[column] = firstRow + find(logits, column, blockMost[column]);
        }
        int row = next[column] - firstRow;
        if (row >= 0 && row < rows) {
          target[column] = logits[row * COLUMNS + column];
        }
      }
      for (int column = 0; column < COLUMNS; column += LANES) {
        exponentials(logits, column, rows).intoArray(blockTotal, column);
      }
      for (int column = 0; column < COLUMNS; column++) {
        total[column] += blockTotal[column];
      }
    }

    private FloatVector largest(float[] logits, int column, int rows) {
      FloatVector largest = FloatVector.fromArray(SPECIES, logits, column);
      for (int row = 1; row < rows; row++) {
        FloatVector x = FloatVector.fromArray(SPECIES, logits, row * COLUMNS + column);
        largest = largest.max(x);
      }
      return largest;
    }

    private FloatVector exponentials(float[] logits, int column, int rows) {
      FloatVector shift = FloatVector.fromArray(SPECIES, most, column);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int row = 0; row < rows; row++) {
        FloatVector x = FloatVector.fromArray(SPECIES, logits, row * COLUMNS + column);
        sum = sum.add(LaneExp.of(x.sub(shift)));
      }
      return sum;
    }

    private static int find(float[] logits, int column, float value) {
      int row = 0;
      while (logits[row * COLUMNS + column] != value) {
        row++;
      }
      return row;
    }

    void store(int firstToken) {
      for (int column = 0; column < COLUMNS && firstToken + column < likeliest.length; column++) {
        likeliest[firstToken + column] = top[column];
        if (firstToken + column < logProbabilities.length) {
          logProbabilities[firstToken + column] =
              target[column] - most[column] - Math.log(total[column]);
        }
      }
    }
  }
}
