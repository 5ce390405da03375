package dev.squall.pipeline.modm.sim;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Summaries as one page that needs neither a network nor scripts: tables and SVG curves. */
public final class HtmlReport {
  /** Runs whose course is shown. */
  private static final int COURSES = 6;

  private static final String STYLE =
      """
      body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:88em;padding:0 1em;
      color:#222;background:#fff}
      h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}
      table{border-collapse:collapse;font-variant-numeric:tabular-nums}
      td,th{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
      td:first-child,th:first-child{text-align:left}
      .note{background:#fff6dd;padding:.6em 1em;border-left:4px solid #d9a400}
      .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(30em,1fr));gap:1em}
      .scroll{overflow-x:auto}
      svg{width:100%;font:11px system-ui,sans-serif}svg .title{font-size:13px;font-weight:600}
      svg .grid{stroke:#e4e4e4}svg .right{text-anchor:end}svg .middle{text-anchor:middle}
      """;

  private HtmlReport() {}

  /**
   * @param command that made the figures
   */
  public static String page(Collection<Summary> summaries, String command) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        .append("<title>Squall: simulated image service</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>Simulated image service</h1>")
        .append(
            "<p class=\"note\">All figures are simulated: virtual time, service times as stated")
        .append(" in the GPU profiles. Prompts and times: ")
        .append(
            distinct(summaries, Summary::origin)
                + ". Similarities: "
                + distinct(summaries, Summary::embedder)
                + ", images by a model of their CLIP similarity.</p>")
        .append("<p><code>")
        .append(Html.escape(command))
        .append("</code></p><h2>Figures</h2><div class=\"scroll\">")
        .append(table(summaries))
        .append("</div>")
        .append(sweeps(summaries))
        .append(courses(summaries));
    return page.append("</body></html>\n").toString();
  }

  private static String distinct(
      Collection<Summary> summaries, java.util.function.Function<Summary, String> value) {
    return summaries.stream()
        .map(value)
        .distinct()
        .map(Html::escape)
        .collect(Collectors.joining("; "));
  }

  private static String table(Collection<Summary> summaries) {
    StringBuilder table =
        new StringBuilder("<table><tr><th>scenario</th><th>images/min</th><th>hit rate</th>")
            .append("<th>mean k of hits</th><th>p50 s</th><th>p95 s</th><th>p99 s</th>")
            .append("<th>slower than 2×</th><th>4×</th><th>Wh/image</th><th>GPUs busy</th>")
            .append("<th>large models</th><th>swaps</th></tr>");
    for (Summary s : summaries) {
      table.append("<tr>");
      for (String cell :
          List.of(
              s.label(),
              SummaryText.number("%.2f", s.throughputPerMinute()),
              SummaryText.percent(s.hitRate()),
              SummaryText.number("%.1f", SummaryText.meanSkipped(s)),
              SummaryText.number("%.0f", s.latencyP50Seconds()),
              SummaryText.number("%.0f", s.latencyP95Seconds()),
              SummaryText.number("%.0f", s.latencyP99Seconds()),
              SummaryText.percent(s.slo().get(2)),
              SummaryText.percent(s.slo().get(4)),
              SummaryText.number("%.2f", s.wattHoursPerImage()),
              SummaryText.percent(s.utilization()),
              SummaryText.number("%.1f", s.meanLarge()),
              String.valueOf(s.swaps()))) {
        table.append("<td>").append(Html.escape(cell)).append("</td>");
      }
      table.append("</tr>");
    }
    return table.append("</table>").toString();
  }

  /** Curves over the rate, the number of GPUs and the size of the cache, where these vary. */
  private static String sweeps(Collection<Summary> summaries) {
    StringBuilder charts = new StringBuilder();
    charts.append(sweep(summaries, "requests a minute", Summary::ratePerMinute));
    charts.append(sweep(summaries, "GPUs", Summary::gpus));
    charts.append(
        sweep(
            summaries.stream().filter(s -> s.system() != ServingSystem.VANILLA).toList(),
            "images in the cache",
            Summary::cacheSize));
    return charts.isEmpty() ? "" : "<h2>Sweeps</h2><div class=\"charts\">" + charts + "</div>";
  }

  private static String sweep(
      Collection<Summary> summaries, String axis, ToDoubleFunction<Summary> x) {
    if (summaries.stream().mapToDouble(x).filter(Double::isFinite).distinct().count() < 2) {
      return "";
    }
    return chart("images a minute", axis, summaries, x, Summary::throughputPerMinute)
        + chart("latency, 99th percentile, s", axis, summaries, x, Summary::latencyP99Seconds)
        + chart("slower than 2 × large, %", axis, summaries, x, s -> 100 * s.slo().get(2))
        + chart("hit rate, %", axis, summaries, x, s -> 100 * s.hitRate())
        + chart("Wh an image", axis, summaries, x, Summary::wattHoursPerImage);
  }

  private static String chart(
      String title,
      String axis,
      Collection<Summary> summaries,
      ToDoubleFunction<Summary> x,
      ToDoubleFunction<Summary> y) {
    Map<String, Map<Double, Double>> lines = new TreeMap<>();
    for (Summary s : summaries) {
      lines
          .computeIfAbsent(name(s), n -> new TreeMap<>())
          .put(x.applyAsDouble(s), y.applyAsDouble(s));
    }
    SvgChart chart = new SvgChart(title, axis);
    lines.forEach(
        (name, points) ->
            chart.line(
                name,
                points.entrySet().stream()
                    .map(e -> new double[] {e.getKey(), e.getValue()})
                    .toList()));
    return chart.svg();
  }

  private static String name(Summary s) {
    return (s.system() + " " + String.join("+", s.small())).toLowerCase(Locale.ROOT).strip();
  }

  private static String courses(Collection<Summary> summaries) {
    StringBuilder text = new StringBuilder();
    for (Summary s : summaries.stream().limit(COURSES).toList()) {
      text.append("<h2>")
          .append(Html.escape(s.label()))
          .append("</h2><div class=\"charts\">")
          .append(
              new SvgChart("images a minute", "minutes")
                  .line("arrive", points(s, Summary.Point::arrivals))
                  .line("done", points(s, Summary.Point::completions))
                  .svg())
          .append(
              new SvgChart("GPUs with the large model", "minutes")
                  .line("large", points(s, Summary.Point::large))
                  .svg())
          .append(
              new SvgChart("requests that wait", "minutes")
                  .line("waiting", points(s, Summary.Point::waiting))
                  .svg())
          .append(
              new SvgChart("hit rate, %", "minutes")
                  .line("hits", points(s, p -> 100 * p.hitRate()))
                  .svg())
          .append("</div>");
    }
    int more = summaries.size() - COURSES;
    return more > 0
        ? text.append("<p>The course of the other %d runs is in results.jsonl.</p>".formatted(more))
            .toString()
        : text.toString();
  }

  private static List<double[]> points(Summary summary, ToDoubleFunction<Summary.Point> value) {
    return summary.curve().stream()
        .map(p -> new double[] {p.minute(), value.applyAsDouble(p)})
        .toList();
  }
}
