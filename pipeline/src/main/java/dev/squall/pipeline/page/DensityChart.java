package dev.squall.pipeline.page;

import dev.squall.pipeline.report.Numbers;
import java.util.List;

/**
 * Time relative to dense against the share that is computed: on the ideal line a tenth of the work
 * takes a tenth of the time.
 *
 * @param id unique on the page
 * @param baseline what a relative time of 1 is
 */
record DensityChart(String id, String baseline, List<Point> points) {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 350;
  private static final int LEFT = 58;
  private static final int RIGHT = 464;
  private static final int TOP = 18;
  private static final int BOTTOM = 300;

  DensityChart {
    points = List.copyOf(points);
  }

  /**
   * @param series points of one series share a marker
   * @param density in (0, 1]
   * @param relative time over the baseline's
   */
  record Point(String series, String name, double density, double relative) {}

  String html() {
    List<String> series = points.stream().map(Point::series).distinct().toList();
    double densest = points.stream().mapToDouble(Point::density).max().orElseThrow();
    double slowest = points.stream().mapToDouble(Point::relative).max().orElseThrow();
    Scale x = Scale.linear(Math.min(1, 1.15 * densest), LEFT, RIGHT);
    Scale y = Scale.linear(Math.max(x.to(), 1.1 * slowest), BOTTOM, TOP);
    Svg svg = new Svg(id, "chart", WIDTH);
    Axes.draw(svg, x, y, "density: share of pairs computed", "time relative to dense");
    double ideal = Math.min(x.to(), y.to());
    svg.line("ideal", x.at(0), y.at(0), x.at(ideal), y.at(ideal));
    svg.text("note", x.at(0.82 * ideal) + 8, y.at(0.82 * ideal) + 16, "start", "ideal");
    if (y.to() >= 1) {
      svg.line("dense", LEFT, y.at(1), RIGHT, y.at(1));
      svg.text("note", LEFT + 6, y.at(1) - 5, "start", "as slow as dense");
    }
    for (Point point : points) {
      svg.begin(tooltip(point))
          .marker(series.indexOf(point.series()), x.at(point.density()), y.at(point.relative()))
          .end();
    }
    StringBuilder caption = new StringBuilder("Dense is " + Html.escape(baseline) + ".");
    caption.append("<ul class=\"legend\">\n");
    for (int i = 0; i < series.size(); i++) {
      caption.append("<li>%s %s</li>\n".formatted(Svg.legendMarker(i), Html.escape(series.get(i))));
    }
    caption.append("</ul>");
    StringBuilder description = new StringBuilder("The ideal line is time equal to density. ");
    points.forEach(point -> description.append(tooltip(point)).append(". "));
    return Html.figure(
        svg.html(HEIGHT, "Relative time against density", description.toString().strip()),
        caption.toString());
  }

  private static String tooltip(Point point) {
    return "%s: density %s, %s of the dense time"
        .formatted(
            point.name(),
            Numbers.significant(point.density()),
            Numbers.significant(point.relative()));
  }

  /** The points as a table. */
  HtmlTable table() {
    HtmlTable table =
        new HtmlTable(id + "-table", "Relative time by density; ideal is their equality")
            .text("what")
            .text("series")
            .number("density")
            .number("time over dense")
            .number("time over ideal");
    for (Point point : points) {
      double overIdeal = point.relative() / point.density();
      table.row(
          List.of(
              HtmlTable.Cell.text(point.name()),
              HtmlTable.Cell.text(point.series()),
              HtmlTable.Cell.number(Numbers.significant(point.density()), point.density()),
              HtmlTable.Cell.number(Numbers.significant(point.relative()), point.relative()),
              HtmlTable.Cell.number(Numbers.significant(overIdeal) + "×", overIdeal)));
    }
    return table;
  }
}
