package dev.squall.kernels.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LaneTransposeTest {
  @Test
  void turnsRowsIntoLanesAndBack() {
    int lanes = MatrixTile.SPECIES.length();
    int squares = 3;
    int from = 3;
    int stride = from + squares * lanes + 5;
    float[] rows = new float[lanes * stride];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    float[] columns = new float[squares * lanes * lanes];
    LaneTranspose transpose = new LaneTranspose();
    transpose.toLanes(rows, from, stride, columns, squares);
    for (int lane = 0; lane < lanes; lane++) {
      for (int t = 0; t < squares * lanes; t++) {
        assertThat(columns[t * lanes + lane]).isEqualTo(lane * stride + from + t);
      }
    }
    float[] back = rows.clone();
    for (int lane = 0; lane < lanes; lane++) {
      int start = lane * stride + from;
      Arrays.fill(back, start, start + squares * lanes, -1);
    }
    transpose.toRows(columns, back, from, stride, squares);
    assertThat(back).containsExactly(rows);
  }
}
