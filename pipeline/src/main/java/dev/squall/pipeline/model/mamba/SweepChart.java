package dev.squall.pipeline.model.mamba;

import dev.squall.pipeline.io.AtomicFile;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Agreement over refresh, a chart for each setting of bits, a line for each sigma. */
final class SweepChart {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;

  private SweepChart() {}

  static void write(Path file, List<EvaluationRow> rows) {
    Map<String, Map<String, TreeMap<Integer, Double>>> charts = new LinkedHashMap<>();
    for (EvaluationRow row : rows) {
      QuantSettings settings = row.settings();
      charts
          .computeIfAbsent(
              settings.bits() + ", " + row.calibration(), name -> new LinkedHashMap<>())
          .computeIfAbsent("sigma " + settings.sigma(), name -> new TreeMap<>())
          .put(settings.refresh(), 100 * row.agreement());
    }
    BufferedImage image =
        new BufferedImage(WIDTH * charts.size(), HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    int at = 0;
    for (Map.Entry<String, Map<String, TreeMap<Integer, Double>>> chart : charts.entrySet()) {
      graphics.drawImage(
          BitmapEncoder.getBufferedImage(chart(chart.getKey(), chart.getValue())), at, 0, null);
      at += WIDTH;
    }
    graphics.dispose();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      AtomicFile.write(file, bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static XYChart chart(String title, Map<String, TreeMap<Integer, Double>> lines) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("steps between refreshes")
            .yAxisTitle("labels as in single precision, %")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    lines.forEach(
        (name, points) ->
            chart.addSeries(
                name,
                points.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
                points.values().stream().mapToDouble(Double::doubleValue).toArray()));
    return chart;
  }
}
