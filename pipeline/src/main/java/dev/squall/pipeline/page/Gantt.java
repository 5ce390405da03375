package dev.squall.pipeline.page;

import dev.squall.pipeline.report.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A line's stages along time, for each device what was planned above what was measured.
 *
 * @param id unique on the page
 * @param name of the line
 * @param spans in the order of the plan
 */
record Gantt(String id, String name, List<Span> spans) {
  private static final int WIDE = 960;
  private static final int NARROW = 400;
  private static final int LEFT = 74;
  private static final int BAR = 24;
  private static final int ROW = 32;
  private static final double LETTER = 7.3;

  Gantt {
    spans = List.copyOf(spans);
  }

  /**
   * A stage, in milliseconds from the line's begin; NaN where it was not planned, or not run.
   *
   * @param number that names it in the drawing and in the table
   */
  record Span(
      int number,
      String stage,
      String plannedDevice,
      double plannedStart,
      double plannedEnd,
      String device,
      double start,
      double end) {
    boolean planned() {
      return Double.isFinite(plannedStart) && Double.isFinite(plannedEnd);
    }

    boolean measured() {
      return Double.isFinite(start) && Double.isFinite(end);
    }
  }

  double plannedMilliseconds() {
    return spans.stream()
        .filter(Span::planned)
        .mapToDouble(Span::plannedEnd)
        .max()
        .orElse(Double.NaN);
  }

  double measuredMilliseconds() {
    return spans.stream().filter(Span::measured).mapToDouble(Span::end).max().orElse(Double.NaN);
  }

  String html() {
    return Html.figure(
            drawing(id + "-wide", "chart wide", WIDE)
                + drawing(id + "-narrow", "chart narrow", NARROW),
            "Plan above (pale), measured below (solid), on one axis. "
                + Html.escape(words())
                + " Numbers as in the table below.")
        + table().html();
  }

  private String words() {
    double planned = plannedMilliseconds();
    double measured = measuredMilliseconds();
    if (Double.isNaN(measured)) {
      return "Planned: %s ms; not measured.".formatted(Numbers.significant(planned));
    }
    return "Planned %s ms, measured %s ms: %s."
        .formatted(
            Numbers.significant(planned), Numbers.significant(measured), off(planned, measured));
  }

  /** For example {@code 3.1 % slower than planned}, or {@code 2.50× as long as planned}. */
  static String off(double planned, double measured) {
    double off = measured / planned - 1;
    if (Math.abs(off) < 5e-4) {
      return "as planned";
    }
    if (off >= 1 || off < -0.5) {
      return Numbers.significant(measured / planned) + "× as long as planned";
    }
    return "%s %s than planned"
        .formatted(Numbers.percent(Math.abs(off)), off > 0 ? "slower" : "faster");
  }

  private String drawing(String drawingId, String style, int width) {
    Set<String> devices = new LinkedHashSet<>();
    for (Span span : spans) {
      if (span.planned()) {
        devices.add(span.plannedDevice());
      }
      if (span.measured()) {
        devices.add(span.device());
      }
    }
    double planned = plannedMilliseconds();
    double measured = measuredMilliseconds();
    double most =
        Math.max(Double.isNaN(planned) ? 0 : planned, Double.isNaN(measured) ? 0 : measured);
    Scale linear = Scale.linear(most, LEFT, width - 14);
    // The bars fill the width: the axis ends where the last one does.
    Scale x = new Scale(false, 0, most, LEFT, width - 14);
    int top = 8;
    int bottom = top + devices.size() * (2 * ROW + 26) + 6;
    Svg svg = new Svg(drawingId, style, width);
    List<Double> ticks = linear.ticks().stream().filter(tick -> tick <= most * 1.0001).toList();
    int every = width == NARROW && ticks.size() > 5 ? 2 : 1;
    for (int i = 0; i < ticks.size(); i += every) {
      svg.line("grid", x.at(ticks.get(i)), top, x.at(ticks.get(i)), bottom);
      svg.text("note", x.at(ticks.get(i)), bottom + 16, "middle", Scale.label(ticks.get(i)));
    }
    svg.text("note", (LEFT + width) / 2.0, bottom + 34, "middle", "milliseconds");
    int y = top;
    for (String device : devices) {
      svg.text("device", 0, y + 14, "start", device);
      y += 22;
      svg.text("note", LEFT - 8, y + 16, "end", "plan");
      svg.text("note", LEFT - 8, y + ROW + 16, "end", "measured");
      for (Span span : spans) {
        if (span.planned() && span.plannedDevice().equals(device)) {
          bar(svg, "planned", span, x, span.plannedStart(), span.plannedEnd(), y, "planned");
        }
        if (span.measured() && span.device().equals(device)) {
          bar(svg, "measured", span, x, span.start(), span.end(), y + ROW, "measured");
        }
      }
      y += 2 * ROW + 4;
    }
    return svg.html(bottom + 42, name + ": plan and measurement", words() + " " + listed());
  }

  private static void bar(
      Svg svg, String style, Span span, Scale x, double start, double end, int y, String what) {
    svg.begin(
        "%d %s, %s: %s to %s ms"
            .formatted(
                span.number(),
                span.stage(),
                what,
                Numbers.significant(start),
                Numbers.significant(end)));
    double width = Math.max(1.2, x.at(end) - x.at(start) - 0.8);
    svg.box(style, x.at(start), y, width, BAR);
    String number = String.valueOf(span.number());
    String whole = number + " " + span.stage();
    String label =
        LETTER * whole.length() + 6 <= width
            ? whole
            : LETTER * number.length() + 3 <= width ? number : "";
    if (!label.isEmpty()) {
      svg.text(style + "-label", x.at(start) + width / 2, y + 16.5, "middle", label);
    }
    svg.end();
  }

  private static String offWords(double off) {
    return off >= 1
        ? Numbers.significant(1 + off) + "×"
        : (off > 0 ? "+" : "") + Numbers.percent(off);
  }

  private String listed() {
    List<String> words = new ArrayList<>();
    for (Span span : spans) {
      words.add(
          "%d %s on %s"
              .formatted(
                  span.number(),
                  span.stage(),
                  span.measured() ? span.device() : span.plannedDevice()));
    }
    return String.join(", ", words) + ".";
  }

  private HtmlTable table() {
    HtmlTable table =
        new HtmlTable(
                id + "-table", name + ": stages, planned and measured, milliseconds from the begin")
            .text("stage")
            .number("#")
            .text("planned on")
            .number("begin, planned")
            .number("ms, planned")
            .text("ran on")
            .number("begin")
            .number("ms")
            .number("off");
    for (Span span : spans) {
      double planned = span.plannedEnd() - span.plannedStart();
      double measured = span.end() - span.start();
      double off = measured / planned - 1;
      table.row(
          List.of(
              HtmlTable.Cell.text(span.stage()),
              HtmlTable.Cell.number(String.valueOf(span.number()), span.number()),
              HtmlTable.Cell.text(span.planned() ? span.plannedDevice() : "–"),
              HtmlTable.Cell.number(Numbers.significant(span.plannedStart()), span.plannedStart()),
              HtmlTable.Cell.number(Numbers.significant(planned), planned),
              HtmlTable.Cell.text(span.measured() ? span.device() : "–"),
              HtmlTable.Cell.number(Numbers.significant(span.start()), span.start()),
              HtmlTable.Cell.number(Numbers.significant(measured), measured),
              HtmlTable.Cell.number(offWords(off), off)));
    }
    return table;
  }
}
