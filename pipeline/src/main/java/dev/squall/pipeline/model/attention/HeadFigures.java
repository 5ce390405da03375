package dev.squall.pipeline.model.attention;

import java.util.Arrays;

/**
 * One figure of the heads of a layer.
 *
 * @param mean of all heads; NaN if unknown
 * @param lowest the least of a head; NaN if unknown
 * @param heads of each; NaN where a method tells of all together only
 */
public record HeadFigures(double mean, double lowest, double[] heads) {

  public static HeadFigures of(double[] heads) {
    return new HeadFigures(
        Arrays.stream(heads).average().orElse(Double.NaN),
        Arrays.stream(heads).min().orElse(Double.NaN),
        heads);
  }

  public static HeadFigures allEqual(double value, int heads) {
    return new HeadFigures(value, value, filled(value, heads));
  }

  public static HeadFigures together(double mean, double lowest, int heads) {
    return new HeadFigures(mean, lowest, filled(Double.NaN, heads));
  }

  public static HeadFigures unknown(int heads) {
    return allEqual(Double.NaN, heads);
  }

  private static double[] filled(double value, int heads) {
    double[] filled = new double[heads];
    Arrays.fill(filled, value);
    return filled;
  }
}
