package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.model.attention.HeadFigures;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A {@link PrefillReport} for terminals and as a JSON line. */
public final class PrefillText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PrefillText() {}

  public static String terminal(PrefillReport report) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, %d tokens, %s attention%s%n"
            .formatted(report.model(), report.tokens(), report.method(), settings(report)));
    text.append(
        "prefill %s s, %s tokens/s on %d threads (attention %s s); scoring %s s%n"
            .formatted(
                Numbers.significant(report.seconds()),
                Numbers.significant(report.tokensPerSecond()),
                report.threads(),
                Numbers.significant(report.attentionSeconds()),
                Numbers.significant(report.scoringSeconds())));
    text.append(
        "perplexity %s, density %s, recall %s (lowest head %s)%n"
            .formatted(
                Double.isFinite(report.perplexity())
                    ? String.format(Locale.ROOT, "%.4f", report.perplexity())
                    : "–",
                Numbers.significant(report.density()),
                Numbers.significant(report.recall()),
                Numbers.significant(report.lowestRecall())));
    report.note().ifPresent(note -> text.append(note).append('\n'));
    TextTable table =
        new TextTable(
            ">layer", ">density", ">recall", "density of each head", "recall of each head");
    for (PrefillReport.Layer layer : report.layers()) {
      table.row(
          List.of(
              layer.layer() + (layer.windowed() ? " window" : ""),
              Numbers.significant(layer.density().mean()),
              Numbers.significant(layer.recall().mean()),
              heads(layer.density().heads()),
              heads(layer.recall().heads())));
    }
    return text.append('\n').append(table.plain()).toString();
  }

  private static String settings(PrefillReport report) {
    String settings =
        report.parameters().entrySet().stream()
            .map(setting -> setting.getKey() + " = " + setting.getValue())
            .collect(Collectors.joining(", "));
    return settings.isEmpty() ? "" : " (" + settings + ")";
  }

  private static String heads(double[] values) {
    return Arrays.stream(values)
        .mapToObj(value -> Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "–")
        .collect(Collectors.joining(" "));
  }

  public static String jsonLine(PrefillReport report) throws JsonProcessingException {
    ObjectNode line = JSON.createObjectNode();
    line.put("model", report.model());
    line.put("attention", report.method());
    ObjectNode parameters = line.putObject("parameters");
    report.parameters().forEach(parameters::put);
    line.put("tokens", report.tokens());
    ArrayNode ids = line.putArray("first_ids");
    for (int id : report.firstIds()) {
      ids.add(id);
    }
    line.put("threads", report.threads());
    line.put("seconds", report.seconds());
    line.put("tokens_per_second", report.tokensPerSecond());
    line.put("attention_seconds", report.attentionSeconds());
    line.put("scoring_seconds", report.scoringSeconds());
    finite(line, "perplexity", report.perplexity());
    finite(line, "density", report.density());
    finite(line, "recall", report.recall());
    finite(line, "lowest_head_recall", report.lowestRecall());
    report.note().ifPresent(note -> line.put("note", note));
    ArrayNode layers = line.putArray("layers");
    for (PrefillReport.Layer layer : report.layers()) {
      ObjectNode each = layers.addObject();
      each.put("layer", layer.layer());
      each.put("windowed", layer.windowed());
      figures(each, "density", layer.density());
      figures(each, "recall", layer.recall());
    }
    return JSON.writeValueAsString(line) + "\n";
  }

  private static void figures(ObjectNode layer, String name, HeadFigures figures) {
    finite(layer, "mean_" + name, figures.mean());
    finite(layer.putArray(name), figures.heads());
  }

  private static void finite(ObjectNode line, String name, double value) {
    if (Double.isFinite(value)) {
      line.put(name, value);
    } else {
      line.putNull(name);
    }
  }

  private static void finite(ArrayNode array, double[] values) {
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add(value);
      } else {
        array.addNull();
      }
    }
  }
}
