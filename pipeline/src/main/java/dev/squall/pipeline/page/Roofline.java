package dev.squall.pipeline.page;

import dev.squall.pipeline.report.Numbers;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What a device's arithmetic and memory allow, and what kernels reach of it.
 *
 * @param id unique on the page
 * @param peakGflops GFLOP/s; NaN if not known
 * @param peakGbs GB/s; NaN if not known
 * @param source where the peaks come from
 */
record Roofline(
    String id,
    String device,
    double peakGflops,
    double peakGbs,
    String source,
    List<Point> points) {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 350;
  private static final int LEFT = 62;
  private static final int RIGHT = 468;
  private static final int TOP = 18;
  private static final int BOTTOM = 300;

  Roofline {
    points = List.copyOf(points);
  }

  /**
   * A measured kernel.
   *
   * @param number that names it in the drawing and in the list below
   * @param intensity operations a byte
   */
  record Point(int number, String name, double intensity, double gflops) {
    boolean drawable() {
      return intensity > 0 && gflops > 0 && Double.isFinite(intensity) && Double.isFinite(gflops);
    }
  }

  /** Whether there is anything to draw. */
  boolean drawable() {
    return points.stream().anyMatch(Point::drawable);
  }

  String html() {
    List<Point> drawn = points.stream().filter(Point::drawable).toList();
    double ridge = peakGflops / peakGbs;
    boolean roof = Double.isFinite(ridge) && ridge > 0;
    boolean flat = !roof && peakGflops > 0;
    DoubleStream xs = drawn.stream().mapToDouble(Point::intensity);
    double lowest = drawn.stream().mapToDouble(Point::intensity).min().orElseThrow();
    double highest = Math.max(xs.max().orElseThrow(), roof ? 2 * ridge : 0);
    Scale x =
        Scale.log(Math.min(lowest, roof ? ridge / 4 : lowest) / 1.8, highest * 1.8, LEFT, RIGHT);
    double slowest = drawn.stream().mapToDouble(Point::gflops).min().orElseThrow();
    double fastest = drawn.stream().mapToDouble(Point::gflops).max().orElseThrow();
    double top = Math.max(fastest, roof || flat ? peakGflops : 0);
    double bottom = roof ? Math.min(slowest, peakGbs * x.from() * 2) : slowest;
    Scale y = Scale.log(bottom / 1.8, top * 2.2, BOTTOM, TOP);

    Svg svg = new Svg(id, "chart", WIDTH);
    Axes.draw(svg, x, y, "operations a byte (log)", "GFLOP/s (log)");
    if (roof) {
      roof(svg, x, y, ridge);
    } else if (flat) {
      ceiling(svg, y, LEFT);
    }
    Labels labels = new Labels(LEFT, RIGHT);
    drawn.forEach(point -> labels.point(x.at(point.intensity()), y.at(point.gflops())));
    for (Point point : drawn) {
      svg.begin(tooltip(point)).marker(0, x.at(point.intensity()), y.at(point.gflops())).end();
    }
    for (Point point : drawn) {
      labels.draw(
          svg, String.valueOf(point.number()), x.at(point.intensity()), y.at(point.gflops()));
    }
    return Html.figure(
        svg.html(HEIGHT, "Roofline of " + device, description(drawn, roof, flat)), caption(drawn));
  }

  private void roof(Svg svg, Scale x, Scale y, double ridge) {
    double from = Math.max(x.from(), y.from() / peakGbs);
    svg.line("roof", x.at(from), y.at(from * peakGbs), x.at(ridge), y.at(peakGflops));
    ceiling(svg, y, x.at(ridge));
    // Along the slope, above its line.
    double middle = Math.sqrt(from * ridge);
    svg.text(
        "note",
        Math.max(LEFT + 64, x.at(middle) - 6),
        y.at(middle * peakGbs) - 6,
        "end",
        Numbers.significant(peakGbs) + " GB/s");
  }

  /** What arithmetic allows, from {@code left} on. */
  private void ceiling(Svg svg, Scale y, double left) {
    svg.line("roof", left, y.at(peakGflops), RIGHT, y.at(peakGflops));
    svg.text(
        "note", RIGHT, y.at(peakGflops) - 6, "end", Numbers.significant(peakGflops) + " GFLOP/s");
  }

  private double share(Point point) {
    return point.gflops() / Math.min(peakGflops, peakGbs * point.intensity());
  }

  private static String percent(double share) {
    return share < 5e-4 ? "below 0.1 %" : Numbers.percent(share);
  }

  private String tooltip(Point point) {
    return "%d %s: %s GFLOP/s at %s operations a byte"
        .formatted(
            point.number(),
            point.name(),
            Numbers.significant(point.gflops()),
            Numbers.significant(point.intensity()));
  }

  private String description(List<Point> drawn, boolean roof, boolean flat) {
    StringBuilder text = new StringBuilder();
    if (roof) {
      text.append(
          "The roof rises with %s GB/s to %s GFLOP/s. "
              .formatted(Numbers.significant(peakGbs), Numbers.significant(peakGflops)));
    } else if (flat) {
      text.append(
          "Arithmetic reaches %s GFLOP/s; the memory's peak is not known. "
              .formatted(Numbers.significant(peakGflops)));
    } else {
      text.append("The device's peaks are not known. ");
    }
    drawn.forEach(point -> text.append(tooltip(point)).append(". "));
    return text.toString().strip();
  }

  private String caption(List<Point> drawn) {
    StringBuilder text = new StringBuilder("<strong>" + Html.escape(device) + "</strong>. ");
    text.append(source.isEmpty() ? "Peaks not known." : "Roof: " + Html.escape(source) + ".");
    text.append("<ol class=\"points\">\n");
    for (Point point : drawn) {
      boolean known = Double.isFinite(share(point));
      text.append(
          "<li value=\"%d\">%s: %s GFLOP/s%s</li>\n"
              .formatted(
                  point.number(),
                  Html.escape(point.name()),
                  Numbers.significant(point.gflops()),
                  known ? ", " + percent(share(point)) + " of the roof" : ""));
    }
    return text.append("</ol>").toString();
  }
}
