package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Prediction;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A plan for people and for programs. */
public final class PlanText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MEBIBYTE = 1 << 20;

  private PlanText() {}

  public static String terminal(Plan plan) {
    TextTable table =
        new TextTable(
            "stage", "kernel", "choice", ">launch ms", ">transfer ms", ">compute ms", "why");
    for (Decision decision : plan.decisions()) {
      Prediction prediction = decision.choice().prediction().orElseThrow();
      table.row(
          List.of(
              decision.stage().name(),
              decision.stage().kernel().id(),
              decision.choice().label(),
              Numbers.significant(prediction.launch() * 1e3),
              Numbers.significant(prediction.transfer() * 1e3),
              Numbers.significant(prediction.compute() * 1e3),
              decision.reason()));
    }
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    text.append(refusals(plan));
    text.append(
        "predicted %s ms for the line, %.0f MiB of memory\n"
            .formatted(
                Numbers.significant(plan.predictedSeconds() * 1e3), plan.memoryBytes() / MEBIBYTE));
    return text.toString();
  }

  /**
   * Why devices run less than they might: a line a device and reason. That host code runs on the
   * host alone is no news.
   */
  private static String refusals(Plan plan) {
    Map<Refusal, Set<String>> stages = new LinkedHashMap<>();
    for (Decision decision : plan.decisions()) {
      for (Candidate candidate : decision.refused()) {
        if (candidate.variant() instanceof Variant.Device) {
          stages
              .computeIfAbsent(
                  new Refusal(candidate.device().qualifiedId(), candidate.refusal().orElseThrow()),
                  refusal -> new LinkedHashSet<>())
              .add("%s (%s)".formatted(decision.stage().name(), candidate.variant().name()));
        }
      }
    }
    StringBuilder text = new StringBuilder();
    stages.forEach(
        (refusal, names) ->
            text.append(
                "%s refuses %s: %s\n"
                    .formatted(refusal.device(), String.join(", ", names), refusal.reason())));
    return text.toString();
  }

  private record Refusal(String device, String reason) {}

  /** One line a stage and candidate, the choice first. */
  public static String jsonLines(Plan plan) {
    StringBuilder text = new StringBuilder();
    for (Decision decision : plan.decisions()) {
      for (Candidate candidate : decision.candidates()) {
        text.append(line(decision, candidate)).append('\n');
      }
    }
    return text.toString();
  }

  private static String line(Decision decision, Candidate candidate) {
    ObjectNode line = JSON.createObjectNode();
    line.put("stage", decision.stage().name());
    line.put("kernel", decision.stage().kernel().id());
    line.put("sizes", decision.stage().sizes().key());
    line.put("device", candidate.device().id());
    line.put("engine", candidate.device().engine());
    line.put("variant", candidate.variant().name());
    line.put("chosen", candidate.equals(decision.choice()));
    candidate
        .prediction()
        .ifPresent(
            prediction -> {
              line.put("launch_milliseconds", prediction.launch() * 1e3);
              line.put("transfer_milliseconds", prediction.transfer() * 1e3);
              line.put("compute_milliseconds", prediction.compute() * 1e3);
              line.put("basis", prediction.basis().name().toLowerCase(Locale.ROOT));
            });
    candidate.refusal().ifPresent(refusal -> line.put("refused", refusal));
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
