package dev.squall.pipeline.page;

import java.util.ArrayList;
import java.util.List;

/** Finds room for the labels of points, so that none covers another or a point. */
final class Labels {
  private static final double LETTER = 7;
  private static final double HEIGHT = 13;
  private static final double GAP = 8;

  private final List<double[]> taken = new ArrayList<>();
  private final double left;
  private final double right;

  Labels(double left, double right) {
    this.left = left;
    this.right = right;
  }

  /** Keeps labels away from a point. */
  void point(double x, double y) {
    taken.add(new double[] {x - 5, y - 5, x + 5, y + 5});
  }

  /** Draws a label by the point, where there is the most room. */
  void draw(Svg svg, String text, double x, double y) {
    double width = LETTER * text.length();
    double[][] places = {
      {x + GAP, y - HEIGHT / 2},
      {x - GAP - width, y - HEIGHT / 2},
      {x - width / 2, y - GAP - HEIGHT},
      {x - width / 2, y + GAP},
      {x + GAP, y - GAP - HEIGHT},
      {x + GAP, y + GAP},
      {x - GAP - width, y - GAP - HEIGHT},
      {x - GAP - width, y + GAP},
      {x + 2.5 * GAP, y - HEIGHT / 2},
      {x - 2.5 * GAP - width, y - HEIGHT / 2},
      {x - width / 2, y - 2.5 * GAP - HEIGHT},
      {x - width / 2, y + 2.5 * GAP}
    };
    double[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (double[] place : places) {
      double[] box = {place[0], place[1], place[0] + width, place[1] + HEIGHT};
      double covered = box[0] < left || box[2] > right ? 1e6 : 0;
      for (double[] other : taken) {
        covered += overlap(box, other);
      }
      if (covered < least) {
        least = covered;
        best = box;
      }
    }
    taken.add(best);
    svg.text("label", best[0], best[1] + HEIGHT - 2.5, "start", text);
  }

  private static double overlap(double[] a, double[] b) {
    double width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    double height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    return width > 0 && height > 0 ? width * height : 0;
  }
}
