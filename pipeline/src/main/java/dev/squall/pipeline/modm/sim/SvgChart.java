package dev.squall.pipeline.modm.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A line chart as an SVG element. */
final class SvgChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 260;
  private static final int LEFT = 60;
  private static final int RIGHT = 150;
  private static final int TOP = 30;
  private static final int BOTTOM = 40;
  private static final int TICKS = 5;

  private static final String[] COLOURS = {
    "#0b6fa4", "#c8501e", "#2f8f4e", "#7a4fa3", "#a07d00", "#b03060", "#4a4a4a", "#009aa0"
  };

  private final String title;
  private final String xTitle;
  private final List<Line> lines = new ArrayList<>();

  /** Points in the order of x; those that are no numbers are left out. */
  private record Line(String name, List<double[]> points) {}

  SvgChart(String title, String xTitle) {
    this.title = title;
    this.xTitle = xTitle;
  }

  SvgChart line(String name, List<double[]> points) {
    List<double[]> finite =
        points.stream().filter(p -> Double.isFinite(p[0]) && Double.isFinite(p[1])).toList();
    if (!finite.isEmpty()) {
      lines.add(new Line(name, finite));
    }
    return this;
  }

  /** The element; empty where there is nothing to show. */
  String svg() {
    if (lines.isEmpty()) {
      return "";
    }
    double xHighest = highest(0);
    double yHighest = highest(1);
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH, HEIGHT, Html.escape(title)));
    svg.append(format("<text x=\"%d\" y=\"18\" class=\"title\">%s</text>", LEFT, escape(title)));
    for (int i = 0; i <= TICKS; i++) {
      double x = xHighest * i / TICKS;
      double y = yHighest * i / TICKS;
      svg.append(
          format(
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>",
              LEFT, WIDTH - RIGHT, y(y, yHighest), y(y, yHighest)));
      svg.append(
          format(
              "<text x=\"%d\" y=\"%.1f\" class=\"right\">%s</text>",
              LEFT - 6, y(y, yHighest) + 4, label(y)));
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" class=\"middle\">%s</text>",
              x(x, xHighest), HEIGHT - BOTTOM + 16, label(x)));
    }
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\" class=\"middle\">%s</text>",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, escape(xTitle)));
    for (int i = 0; i < lines.size(); i++) {
      svg.append(curve(i, xHighest, yHighest));
    }
    return svg.append("</svg>").toString();
  }

  private String curve(int index, double xHighest, double yHighest) {
    Line line = lines.get(index);
    String colour = COLOURS[index % COLOURS.length];
    String points =
        line.points().stream()
            .map(p -> format("%.1f,%.1f", x(p[0], xHighest), y(p[1], yHighest)))
            .collect(Collectors.joining(" "));
    int legend = TOP + 16 * index;
    return format(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"/>",
            points, colour)
        + format(
            "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>",
            WIDTH - RIGHT + 8, legend + 8, colour, escape(line.name()));
  }

  private double highest(int axis) {
    double highest =
        lines.stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(p -> p[axis])
            .max()
            .orElse(1);
    return highest > 0 ? highest : 1;
  }

  private static double x(double value, double highest) {
    return LEFT + (WIDTH - LEFT - RIGHT) * value / highest;
  }

  private static double y(double value, double highest) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.max(0, value) / highest;
  }

  private static String label(double value) {
    return value >= 100 || value == Math.rint(value)
        ? format("%.0f", value)
        : format(value >= 10 ? "%.1f" : "%.2f", value);
  }

  private static String escape(String text) {
    return Html.escape(text);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
