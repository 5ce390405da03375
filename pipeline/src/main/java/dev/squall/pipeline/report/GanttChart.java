package dev.squall.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Bars along time, a row for each resource, as one SVG document that needs nothing else: light or
 * dark as the reader's screen is, every bar with its numbers as a tooltip and for screen readers.
 *
 * @param seconds the chart's width
 */
public record GanttChart(String title, String subtitle, double seconds, List<Bar> bars) {
  private static final int WIDTH = 960;
  private static final int LEFT = 150;
  private static final int RIGHT = 24;
  private static final int TOP = 64;
  private static final int ROW = 44;
  private static final int BAR = 28;
  private static final double LETTER = 7.2;

  public GanttChart {
    bars = List.copyOf(bars);
  }

  /**
   * A stage's time on a row.
   *
   * @param parts lengths by kind, one after another from {@code start}
   * @param detail what a tooltip says
   */
  public record Bar(
      String row, String label, double start, Map<Kind, Double> parts, String detail) {
    public Bar {
      parts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    double end() {
      return start + parts.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  /** What a part of a bar stands for. */
  public enum Kind {
    OPEN("open"),
    COPY_IN("copy in"),
    WORK("work"),
    COPY_OUT("copy out");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    private String css() {
      return text.replace(' ', '-');
    }
  }

  public String svg() {
    List<String> rows = bars.stream().map(Bar::row).distinct().toList();
    List<Bar> narrow = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (int row = 0; row < rows.size(); row++) {
      int y = TOP + row * ROW;
      body.append(text(LEFT - 10, y + BAR / 2 + 5, "end", "row", rows.get(row)));
      body.append(
          "<line class=\"base\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
              .formatted(LEFT, y + BAR + 6, WIDTH - RIGHT, y + BAR + 6));
      for (Bar bar : bars) {
        if (bar.row().equals(rows.get(row))) {
          body.append(bar(bar, y, narrow));
        }
      }
    }
    int axis = TOP + rows.size() * ROW;
    body.append(axis(axis));
    int legend = axis + 44;
    body.append(legend(legend));
    int height = legend + 24;
    for (int i = 0; i < narrow.size(); i++) {
      height += 18;
      body.append(
          text(
              LEFT,
              legend + 24 + i * 18,
              "start",
              "note",
              (i + 1) + "  " + narrow.get(i).detail()));
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="13">
        <title id="t">%s</title>
        <desc id="d">%s</desc>
        <style>
        .paper{fill:#fff}text{fill:#1b1f24}.note,.row{fill:#424a53}.grid,.base{stroke:#d0d7de}
        .work{fill:#2f6fb2}.copy-in{fill:#b35900}.copy-out{fill:#8a5a00}.open{fill:#6e7781}.in{fill:#fff}
        @media (prefers-color-scheme: dark){.paper{fill:#14181d}text{fill:#e6edf3}.note,.row{fill:#b1bac4}.grid,.base{stroke:#3d444d}
        .work{fill:#79b8ff}.copy-in{fill:#ffb366}.copy-out{fill:#e3c26b}.open{fill:#9aa4ae}.in{fill:#0b1016}}
        </style>
        <rect class="paper" width="%d" height="%d"/>
        <text x="%d" y="24" font-size="17" font-weight="600">%s</text>
        <text class="note" x="%d" y="44">%s</text>
        %s</svg>
        """
        .formatted(
            WIDTH,
            height,
            escaped(title),
            escaped(subtitle),
            WIDTH,
            height,
            LEFT,
            escaped(title),
            LEFT,
            escaped(subtitle),
            body);
  }

  private String bar(Bar bar, int y, List<Bar> narrow) {
    StringBuilder svg =
        new StringBuilder("<g><title>%s</title>\n".formatted(escaped(bar.detail())));
    double at = bar.start();
    for (Map.Entry<Kind, Double> part : bar.parts().entrySet()) {
      if (part.getValue() > 0) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" rx=\"2\"/>\n",
                part.getKey().css(),
                x(at),
                y,
                Math.max(0.8, x(at + part.getValue()) - x(at)),
                BAR));
        at += part.getValue();
      }
    }
    double width = x(bar.end()) - x(bar.start());
    String label = bar.label();
    if (width < label.length() * LETTER + 6) {
      narrow.add(bar);
      svg.append(
          text(x(bar.start()) + width / 2, y - 3, "middle", "note", String.valueOf(narrow.size())));
    } else {
      svg.append(text(x(bar.start()) + width / 2, y + BAR / 2 + 5, "middle", "in", label));
    }
    return svg.append("</g>\n").toString();
  }

  private String axis(int y) {
    StringBuilder svg = new StringBuilder();
    double step = step(seconds);
    for (double tick = 0; tick <= seconds * 1.0001; tick += step) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%.2f\" y1=\"%d\" x2=\"%.2f\" y2=\"%d\" stroke-dasharray=\"2 4\"/>\n",
              x(tick),
              TOP - 8,
              x(tick),
              y));
      svg.append(text(x(tick), y + 16, "middle", "note", Numbers.significant(tick * 1e3) + " ms"));
    }
    return svg.toString();
  }

  private static String legend(int y) {
    StringBuilder svg = new StringBuilder();
    int x = LEFT;
    for (Kind kind : Kind.values()) {
      svg.append(
          "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" rx=\"2\"/>\n"
              .formatted(kind.css(), x, y - 12));
      svg.append(text(x + 20, y, "start", "note", kind.text));
      x += 110;
    }
    return svg.toString();
  }

  /** One, two or five times a power of ten, so that there are five to ten ticks. */
  private static double step(double length) {
    double rough = length / 8;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  }

  private double x(double at) {
    return LEFT + (WIDTH - LEFT - RIGHT) * at / seconds;
  }

  private static String text(double x, int y, String anchor, String style, String content) {
    return String.format(
        Locale.ROOT,
        "<text class=\"%s\" x=\"%.2f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
        style,
        x,
        y,
        anchor,
        escaped(content));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** The same for a terminal: a line a row, {@code columns} wide. */
  public String plain(int columns) {
    StringBuilder chart = new StringBuilder();
    List<String> rows = bars.stream().map(Bar::row).distinct().toList();
    int margin = rows.stream().mapToInt(String::length).max().orElse(0);
    for (String row : rows) {
      char[] cells = " ".repeat(columns).toCharArray();
      for (Bar bar : bars) {
        if (bar.row().equals(row)) {
          paint(cells, bar);
        }
      }
      chart.append(row).append(" ".repeat(margin - row.length()));
      chart.append(" │").append(cells).append("│\n");
    }
    chart.append(" ".repeat(margin)).append(" 0");
    String end = Numbers.significant(seconds * 1e3) + " ms";
    chart.append(" ".repeat(Math.max(1, columns + 1 - end.length()))).append(end).append('\n');
    return chart.toString();
  }

  private void paint(char[] cells, Bar bar) {
    int from = Math.min(cells.length - 1, (int) (bar.start() / seconds * cells.length));
    int to = Math.clamp((long) (bar.end() / seconds * cells.length), from + 1, cells.length);
    for (int i = from; i < to; i++) {
      int letter = i - from - 1;
      cells[i] =
          i == from
              ? '▐'
              : letter < bar.label().length() && i < to - 1 ? bar.label().charAt(letter) : '█';
    }
  }
}
