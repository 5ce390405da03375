package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.List;

/**
 * Patches of a sequence: positions whose states are looked at together (OuroMamba-Gen). In a text a
 * patch is a window of neighbouring tokens; in an image that is scanned row by row it is a square.
 * At borders patches are cut off.
 *
 * @param tokens of the sequence
 * @param centres position of each patch
 * @param members positions of each patch, ascending
 */
public record Neighbourhoods(int tokens, int[] centres, int[][] members) {

  /**
   * Windows of {@code width} tokens around every {@code stride}-th token.
   *
   * @throws SquallException INVALID_INPUT for a width that is not odd and for a stride below 1
   */
  public static Neighbourhoods text(int tokens, int width, int stride) {
    return image(1, tokens, width, stride);
  }

  /**
   * Squares of {@code side} times {@code side} around every position of an image that lies row by
   * row.
   *
   * @throws SquallException INVALID_INPUT for a side that is not odd and for an empty image
   */
  public static Neighbourhoods image(int height, int width, int side) {
    return image(height, width, side, 1);
  }

  private static Neighbourhoods image(int height, int width, int side, int stride) {
    require("patch", side, side % 2 == 1);
    require("stride", stride, stride > 0);
    require("height", height, height > 0);
    require("width", width, width > 0);
    int reach = side / 2;
    List<int[]> members = new ArrayList<>();
    List<Integer> centres = new ArrayList<>();
    for (int centre = 0; centre < height * width; centre += stride) {
      centres.add(centre);
      members.add(square(height, width, centre / width, centre % width, reach));
    }
    return new Neighbourhoods(
        height * width,
        centres.stream().mapToInt(Integer::intValue).toArray(),
        members.toArray(int[][]::new));
  }

  private static void require(String what, int value, boolean right) {
    if (!right || value < 1) {
      throw SquallException.invalidInput(
          "%s = %d: expected %s number from 1"
              .formatted(what, value, what.equals("patch") ? "an odd" : "a"));
    }
  }

  private static int[] square(int height, int width, int row, int column, int reach) {
    int top = Math.max(0, row - reach);
    int bottom = Math.min(height - 1, row + reach);
    int left = Math.max(0, column - reach);
    int right = Math.min(width - 1, column + reach);
    int[] positions = new int[(bottom - top + 1) * (right - left + 1)];
    int count = 0;
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        positions[count++] = y * width + x;
      }
    }
    return positions;
  }

  public int patches() {
    return centres.length;
  }

  /**
   * The share of each member in its patch: its time step over those of all members.
   *
   * @param steps mean time step of all channels at each position, positive
   */
  public float[][] shares(float[] steps) {
    float[][] shares = new float[members.length][];
    for (int patch = 0; patch < members.length; patch++) {
      float sum = 0;
      for (int position : members[patch]) {
        sum += steps[position];
      }
      shares[patch] = new float[members[patch].length];
      for (int i = 0; i < shares[patch].length; i++) {
        shares[patch][i] = steps[members[patch][i]] / sum;
      }
    }
    return shares;
  }

  /**
   * The gradient with respect to {@code steps}, added to {@code gradient}, from that with respect
   * to the shares.
   */
  void reverseShares(float[] steps, float[][] shareGradient, float[] gradient) {
    for (int patch = 0; patch < members.length; patch++) {
      float sum = 0;
      float weighted = 0;
      for (int i = 0; i < members[patch].length; i++) {
        float step = steps[members[patch][i]];
        sum += step;
        weighted += step * shareGradient[patch][i];
      }
      float mean = weighted / sum;
      for (int i = 0; i < members[patch].length; i++) {
        gradient[members[patch][i]] += (shareGradient[patch][i] - mean) / sum;
      }
    }
  }
}
