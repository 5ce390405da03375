package dev.squall.pipeline.page;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.io.AtomicFile;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots of a comparison as files, each as SVG and PNG. */
public final class CellPlots {
  private static final int WIDTH = 820;
  private static final int HEIGHT = 480;

  private CellPlots() {}

  /**
   * Writes {@code roofline} and, where there is anything to show, {@code density}; answers the
   * files' names.
   *
   * @throws SquallException UNSUPPORTED where Java cannot draw text
   */
  public static List<String> write(List<Cell> cells, Path folder) {
    System.setProperty("java.awt.headless", "true");
    Map<String, XYChart> charts = new LinkedHashMap<>();
    List<Cell> ranked =
        cells.stream()
            .filter(Cell::ranked)
            .filter(cell -> cell.rates().gflops() > 0 && cell.rates().bytes() > 0)
            .toList();
    if (!ranked.isEmpty()) {
      charts.put("roofline", roofline(ranked));
    }
    Map<String, List<double[]>> densities = densities(cells);
    if (!densities.isEmpty()) {
      charts.put("density", density(densities));
    }
    List<String> names = new ArrayList<>();
    charts.forEach((name, chart) -> names.addAll(write(chart, folder, name)));
    return List.copyOf(names);
  }

  private static List<String> write(XYChart chart, Path folder, String name) {
    try {
      ByteArrayOutputStream svg = new ByteArrayOutputStream();
      VectorGraphicsEncoder.saveVectorGraphic(
          chart, svg, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
      AtomicFile.write(folder.resolve(name + ".svg"), svg.toByteArray());
      AtomicFile.write(
          folder.resolve(name + ".png"),
          BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
      return List.of(name + ".svg", name + ".png");
    } catch (IOException | InternalError | NoClassDefFoundError | UnsatisfiedLinkError e) {
      // A JRE without java.desktop's libraries or a machine without any font.
      throw new SquallException(
          ErrorClass.UNSUPPORTED,
          "plots cannot be drawn (%s); install fontconfig and a font, or leave --plots out"
              .formatted(e),
          e);
    }
  }

  private static XYChart roofline(List<Cell> cells) {
    XYChart chart = chart("Roofline", "operations a byte", "GFLOP/s");
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    Map<String, List<Cell>> devices =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> cell.name().device(), LinkedHashMap::new, Collectors.toList()));
    double least = cells.stream().mapToDouble(CellPlots::intensity).min().orElseThrow() / 2;
    double most = cells.stream().mapToDouble(CellPlots::intensity).max().orElseThrow() * 4;
    devices.forEach(
        (device, of) -> {
          XYSeries points =
              chart.addSeries(
                  device,
                  of.stream().mapToDouble(CellPlots::intensity).toArray(),
                  of.stream().mapToDouble(cell -> cell.rates().gflops()).toArray());
          points.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
          double gflops = of.getFirst().rates().peakGflops();
          double gbs = of.getFirst().rates().peakGbs();
          double ridge = gflops / gbs;
          if (ridge > 0) {
            double end = Math.max(most, 2 * ridge);
            line(
                chart,
                device + ", roof",
                new double[] {Math.min(least, ridge / 2), ridge, end},
                new double[] {Math.min(least, ridge / 2) * gbs, gflops, gflops});
          }
        });
    return chart;
  }

  private static double intensity(Cell cell) {
    return cell.rates().flops() / cell.rates().bytes();
  }

  /** Density and relative time by device. */
  private static Map<String, List<double[]>> densities(List<Cell> cells) {
    Map<String, List<double[]>> series = new LinkedHashMap<>();
    for (Cell cell : cells) {
      Double density = cell.metrics().get("density");
      if (cell.ranked() && density != null && density > 0) {
        Baselines.dense(cell, cells)
            .ifPresent(
                dense ->
                    series
                        .computeIfAbsent(cell.name().device(), key -> new ArrayList<>())
                        .add(
                            new double[] {
                              density, cell.times().medianNs() / dense.times().medianNs()
                            }));
      }
    }
    return series;
  }

  private static XYChart density(Map<String, List<double[]>> series) {
    XYChart chart =
        chart("Relative time against density", "density", "time over " + Baselines.DENSE);
    series.forEach(
        (device, points) ->
            chart
                .addSeries(
                    device,
                    points.stream().mapToDouble(point -> point[0]).toArray(),
                    points.stream().mapToDouble(point -> point[1]).toArray())
                .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter));
    line(chart, "ideal", new double[] {0, 1}, new double[] {0, 1});
    return chart;
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setMarkerSize(9);
    return chart;
  }

  private static void line(XYChart chart, String name, double[] x, double[] y) {
    XYSeries line = chart.addSeries(name, x, y);
    line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(Color.GRAY);
    line.setLineStyle(SeriesLines.DASH_DASH);
    line.setLineWidth(1);
  }
}
