package dev.squall.pipeline.page;

/** Grid, ticks and names of two axes. */
final class Axes {
  private Axes() {}

  static void draw(Svg svg, Scale x, Scale y, String xName, String yName) {
    for (double tick : x.ticks()) {
      svg.line("grid", x.at(tick), y.start(), x.at(tick), y.end());
      svg.text("note", x.at(tick), y.start() + 17, "middle", Scale.label(tick));
    }
    for (double tick : y.ticks()) {
      svg.line("grid", x.start(), y.at(tick), x.end(), y.at(tick));
      svg.text("note", x.start() - 6, y.at(tick) + 4, "end", Scale.label(tick));
    }
    svg.line("axis", x.start(), y.start(), x.end(), y.start());
    svg.line("axis", x.start(), y.start(), x.start(), y.end());
    svg.text("note", (x.start() + x.end()) / 2, y.start() + 38, "middle", xName);
    svg.upward("note", 13, (y.start() + y.end()) / 2, yName);
  }
}
