package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.io.AtomicFile;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pareto plots of each phase and length, as SVG and PNG. */
public final class FrontierPlots {
  private static final int WIDTH = 820;
  private static final int HEIGHT = 480;

  private FrontierPlots() {}

  /** What a plot has on its vertical axis. */
  private record Figure(
      String name,
      String axis,
      ToDoubleFunction<Row> value,
      ToDoubleFunction<Row> front,
      ToDoubleFunction<Row> error) {}

  private static final List<Figure> FIGURES =
      List.of(
          new Figure(
              "score",
              "mean score",
              row -> row.score().mean(),
              row -> row.score().mean(),
              row -> row.score().error()),
          new Figure(
              "perplexity",
              "perplexity over dense",
              Row::perplexityRatio,
              row -> -row.perplexityRatio(),
              row -> row.perplexityRatio() * row.lossGain().error()));

  /**
   * Writes the plots into a folder and answers their names without the ending.
   *
   * @throws SquallException UNSUPPORTED where Java cannot draw text
   */
  public static List<String> write(SweepTable table, Path folder) {
    List<String> names = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      Set<Integer> lengths = new TreeSet<>();
      table.rows(phase, row -> true).forEach(row -> lengths.add(row.length()));
      for (int length : lengths) {
        for (Figure figure : FIGURES) {
          List<Row> rows =
              table.rows(
                  phase,
                  row ->
                      row.length() == length && Double.isFinite(figure.value().applyAsDouble(row)));
          if (rows.size() > 1) {
            String name = "pareto-%s-%s-%d".formatted(figure.name(), phase.label(), length);
            write(rows, figure, phase, length, folder, name);
            names.add(name);
          }
        }
      }
    }
    return List.copyOf(names);
  }

  private static void write(
      List<Row> rows, Figure figure, Phase phase, int length, Path folder, String name) {
    System.setProperty("java.awt.headless", "true");
    try {
      XYChart chart = chart(rows, figure, phase, length);
      ByteArrayOutputStream svg = new ByteArrayOutputStream();
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, svg, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
      AtomicFile.write(folder.resolve(name + ".svg"), svg.toByteArray());
      AtomicFile.write(
          folder.resolve(name + ".png"),
          BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
    } catch (IOException | InternalError | NoClassDefFoundError | UnsatisfiedLinkError e) {
      // A JRE without java.desktop's libraries or a machine without any font.
      throw new SquallException(
          ErrorClass.UNSUPPORTED,
          "plots cannot be drawn (%s); tables and CSV are written; install fontconfig and a font"
              .formatted(e),
          e);
    }
  }

  private static XYChart chart(List<Row> rows, Figure figure, Phase phase, int length) {
    boolean models = rows.stream().map(Row::model).distinct().count() > 1;
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("%s at %d tokens".formatted(phase.label(), length))
            .xAxisTitle(
                models
                    ? phase == Phase.PREFILL ? "operations" : "elements moved by a step"
                    : "cost over dense")
            .yAxisTitle(figure.axis())
            .build();
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setMarkerSize(9);
    ToDoubleFunction<Row> cost = models ? Row::cost : Row::relativeCost;
    Map<String, List<Row>> series = new LinkedHashMap<>();
    for (Row row : rows) {
      String name = (models ? row.model().name() + " " : "") + row.setting().method();
      series.computeIfAbsent(name, key -> new ArrayList<>()).add(row);
    }
    series.forEach(
        (name, points) ->
            chart.addSeries(
                name,
                values(points, cost),
                values(points, figure.value()),
                errors(points, figure.error())));
    List<Row> front = ParetoFront.of(rows, cost, figure.front());
    XYSeries line =
        chart.addSeries("Pareto front", values(front, cost), values(front, figure.value()));
    line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(Color.GRAY);
    line.setLineStyle(SeriesLines.DASH_DASH);
    line.setLineWidth(1);
    return chart;
  }

  private static double[] values(List<Row> rows, ToDoubleFunction<Row> figure) {
    return rows.stream().mapToDouble(figure).toArray();
  }

  private static double[] errors(List<Row> rows, ToDoubleFunction<Row> error) {
    return rows.stream()
        .mapToDouble(error)
        .map(value -> Double.isFinite(value) ? value : 0)
        .toArray();
  }
}
