package dev.squall.pipeline.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.report.TextTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trials for people and for programs. */
public final class CheckupText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckupText() {}

  /** A row a kernel, variant and device; below, a line for each trial that went wrong. */
  public static String terminal(List<Trial> trials) {
    Map<List<String>, List<Trial>> rows = new LinkedHashMap<>();
    for (Trial trial : trials) {
      rows.computeIfAbsent(
              List.of(trial.kernel(), trial.variant(), trial.device()), key -> new ArrayList<>())
          .add(trial);
    }
    TextTable table = new TextTable("kernel", "variant", "device", ">trials", ">good", "verdict");
    rows.forEach(
        (key, of) -> {
          List<Trial> bad = of.stream().filter(trial -> !trial.good()).toList();
          List<String> cells = new ArrayList<>(key);
          cells.add("" + of.size());
          cells.add("" + (of.size() - bad.size()));
          cells.add(bad.isEmpty() ? of.getFirst().outcome() : bad.getFirst().outcome());
          table.row(cells);
        });
    StringBuilder text = new StringBuilder(table.plain());
    for (Trial trial : trials) {
      if (!trial.good()) {
        text.append(
            "%s (%s) on %s, %s: %s: %s%n"
                .formatted(
                    trial.kernel(),
                    trial.variant(),
                    trial.device(),
                    trial.inputs(),
                    trial.outcome(),
                    trial.detail()));
      }
    }
    long bad = trials.stream().filter(trial -> !trial.good()).count();
    return text.append("%d of %d trials good%n".formatted(trials.size() - bad, trials.size()))
        .toString();
  }

  /** A line a trial. */
  public static String jsonLines(List<Trial> trials) {
    StringBuilder text = new StringBuilder();
    for (Trial trial : trials) {
      ObjectNode node = JSON.createObjectNode();
      node.put("kind", "trial");
      node.put("kernel", trial.kernel());
      node.put("variant", trial.variant());
      node.put("device", trial.device());
      node.put("inputs", trial.inputs());
      node.put("outcome", trial.outcome());
      node.put("detail", trial.detail());
      node.put("max_error", trial.maxError().orElse(null));
      try {
        text.append(JSON.writeValueAsString(node)).append('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    return text.toString();
  }
}
