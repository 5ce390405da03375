package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Explanation;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Prediction;
import dev.squall.pipeline.plan.Timetable;
import dev.squall.pipeline.plan.search.Objective;
import dev.squall.pipeline.plan.search.Schedule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code plan --explain} shows. */
public final class PlanExplanation {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COLUMNS = 72;

  private PlanExplanation() {}

  public static String terminal(Explanation explanation) {
    Timetable timetable = explanation.plan().timetable();
    StringBuilder text = new StringBuilder();
    for (Explanation.Part part : explanation.parts()) {
      boolean inLine = timetable.stages().contains(part.stage());
      text.append(
          "%s: %s, %s%s\n"
              .formatted(
                  part.stage().name(),
                  part.stage().kernel().id(),
                  part.stage().sizes().key(),
                  inLine ? "" : " (yardstick, beside the line)"));
      text.append(table(part, inLine, timetable).plain().indent(2));
      text.append("  ").append(margin(part, inLine, timetable)).append('\n');
      part.refusals()
          .forEach(
              (reason, labels) ->
                  text.append("  refused: %s: %s\n".formatted(reason, String.join(", ", labels))));
      text.append('\n');
    }
    text.append(chart(explanation.plan()).plain(COLUMNS)).append('\n');
    summary(explanation).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  private static TextTable table(Explanation.Part part, boolean inLine, Timetable timetable) {
    Objective objective = timetable.request().goal().objective();
    String unit = objective == Objective.ENERGY ? "J" : "ms";
    TextTable table =
        new TextTable(
            "",
            "variant",
            "device",
            ">launch ms",
            ">transfer ms",
            ">compute ms",
            ">total ms",
            ">first run ms",
            ">±",
            "from",
            inLine ? ">line " + unit : ">alone " + unit);
    for (Explanation.Way way : part.ways()) {
      Candidate candidate = way.candidate();
      Prediction prediction = candidate.prediction().orElseThrow();
      table.row(
          List.of(
              way.equals(part.choice()) ? "→" : "",
              candidate.variant().name(),
              candidate.device().qualifiedId(),
              milliseconds(prediction.launch()),
              milliseconds(prediction.transfer()),
              milliseconds(prediction.compute()),
              milliseconds(prediction.total()),
              milliseconds(prediction.startUp()),
              prediction.uncertainty().isPresent()
                  ? Numbers.percent(prediction.uncertainty().getAsDouble())
                  : "?",
              basis(prediction),
              value(way.value(), objective)));
    }
    return table;
  }

  private static String basis(Prediction prediction) {
    return switch (prediction.basis()) {
      case PROFILE -> "profile";
      case REGRESSION -> "%d runs at other sizes".formatted(prediction.measurements());
      case HISTORY -> "%d runs".formatted(prediction.measurements());
    };
  }

  private static String margin(Explanation.Part part, boolean inLine, Timetable timetable) {
    Objective objective = timetable.request().goal().objective();
    return part.runnerUp()
        .map(
            next ->
                "%s; next %s: %s %s %s, %s more"
                    .formatted(
                        label(part.choice().candidate()),
                        label(next.candidate()),
                        inLine ? "line" : "alone",
                        value(next.value(), objective),
                        objective == Objective.ENERGY ? "J" : "ms",
                        Numbers.percent(part.margin())))
        .orElseGet(() -> label(part.choice().candidate()) + "; nothing else can run it");
  }

  private static String label(Candidate candidate) {
    return candidate.variant().name() + " on " + candidate.device().qualifiedId();
  }

  private static List<String> summary(Explanation explanation) {
    Plan plan = explanation.plan();
    Timetable timetable = plan.timetable();
    Schedule schedule = timetable.schedule();
    List<String> lines = new ArrayList<>();
    double runs = timetable.request().runs();
    lines.add(
        "objective %s: line %s ms, a result every %s ms%s%s; %s"
            .formatted(
                timetable.request().goal().objective().name().toLowerCase(Locale.ROOT),
                milliseconds(schedule.makespanSeconds()),
                milliseconds(schedule.intervalSeconds()),
                Double.isNaN(schedule.energyJoules())
                    ? ""
                    : ", %s J".formatted(Numbers.significant(schedule.energyJoules())),
                Double.isInfinite(runs) ? "" : ", first runs shared by %.0f".formatted(runs),
                timetable.proven()
                    ? "the model allows no better plan"
                    : "found by HEFT and moves, not proven best"));
    if (!explanation.oneDevice().isEmpty()) {
      lines.add(
          "all on one device: "
              + explanation.oneDevice().entrySet().stream()
                  .map(
                      entry ->
                          "%s %s ms"
                              .formatted(
                                  entry.getKey().qualifiedId(), milliseconds(entry.getValue())))
                  .collect(Collectors.joining(", ")));
    }
    long guessed =
        plan.decisions().stream()
            .filter(
                decision ->
                    decision.choice().prediction().orElseThrow().basis()
                        == Prediction.Basis.PROFILE)
            .count();
    if (guessed > 0) {
      lines.add(
          "%d of %d choices rest on profiles alone; ./squall run, or ./squall plan --check, measures (%d runs are trusted)"
              .formatted(guessed, plan.decisions().size(), LearnedCostModel.TRUSTED));
    }
    return lines;
  }

  /** The line's times as a chart. */
  public static GanttChart chart(Plan plan) {
    Timetable timetable = plan.timetable();
    List<GanttChart.Bar> bars = new ArrayList<>();
    for (Stage stage : timetable.inOrder()) {
      Schedule.Slot slot = timetable.slot(stage).orElseThrow();
      Candidate choice = plan.decision(stage).choice();
      Map<GanttChart.Kind, Double> parts = new EnumMap<>(GanttChart.Kind.class);
      parts.put(GanttChart.Kind.OPEN, slot.open());
      parts.put(GanttChart.Kind.COPY_IN, slot.copyIn());
      parts.put(GanttChart.Kind.WORK, slot.work());
      parts.put(GanttChart.Kind.COPY_OUT, slot.copyOut());
      bars.add(
          new GanttChart.Bar(
              row(choice.device()),
              stage.name(),
              slot.start(),
              parts,
              "%s: %s, %s to %s ms"
                  .formatted(
                      stage.name(),
                      label(choice),
                      milliseconds(slot.start()),
                      milliseconds(slot.end()))));
    }
    return new GanttChart(
        "Plan of %d stages".formatted(bars.size()),
        "objective %s, %s ms from begin to end, predicted"
            .formatted(
                timetable.request().goal().objective().name().toLowerCase(Locale.ROOT),
                milliseconds(timetable.seconds())),
        timetable.seconds(),
        bars);
  }

  private static String row(Device device) {
    return device.qualifiedId();
  }

  /** A line for each stage and candidate, and one of kind {@code plan} for the whole. */
  public static String jsonLines(Explanation explanation) {
    Plan plan = explanation.plan();
    StringBuilder text = new StringBuilder();
    for (Explanation.Part part : explanation.parts()) {
      for (Explanation.Way way : part.ways()) {
        ObjectNode line = candidate(part.stage(), way.candidate());
        line.put("chosen", way.equals(part.choice()));
        Prediction prediction = way.candidate().prediction().orElseThrow();
        line.put("launch_milliseconds", prediction.launch() * 1e3);
        line.put("transfer_milliseconds", prediction.transfer() * 1e3);
        line.put("compute_milliseconds", prediction.compute() * 1e3);
        line.put("first_run_milliseconds", prediction.startUp() * 1e3);
        line.put("basis", prediction.basis().name().toLowerCase(Locale.ROOT));
        line.put("measurements", prediction.measurements());
        prediction.uncertainty().ifPresent(value -> line.put("uncertainty", value));
        if (Double.isFinite(way.value())) {
          line.put("value_with_it", way.value());
        }
        text.append(json(line));
      }
      for (Candidate refused : plan.decision(part.stage()).refused()) {
        ObjectNode line = candidate(part.stage(), refused);
        line.put("chosen", false);
        line.put("refused", refused.refusal().orElseThrow());
        text.append(json(line));
      }
    }
    return text.append(json(whole(explanation))).toString();
  }

  private static ObjectNode candidate(Stage stage, Candidate candidate) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", "candidate");
    line.put("stage", stage.name());
    line.put("kernel", stage.kernel().id());
    line.put("sizes", stage.sizes().key());
    line.put("device", candidate.device().id());
    line.put("engine", candidate.device().engine());
    line.put("variant", candidate.variant().name());
    return line;
  }

  private static ObjectNode whole(Explanation explanation) {
    Timetable timetable = explanation.plan().timetable();
    Schedule schedule = timetable.schedule();
    ObjectNode line = JSON.createObjectNode();
    line.put("kind", "plan");
    line.put("objective", timetable.request().goal().objective().name().toLowerCase(Locale.ROOT));
    line.put("milliseconds", schedule.makespanSeconds() * 1e3);
    line.put("interval_milliseconds", schedule.intervalSeconds() * 1e3);
    if (!Double.isNaN(schedule.energyJoules())) {
      line.put("joules", schedule.energyJoules());
    }
    line.put("proven", timetable.proven());
    Map<String, Double> alone = new LinkedHashMap<>();
    explanation
        .oneDevice()
        .forEach((device, seconds) -> alone.put(device.qualifiedId(), seconds * 1e3));
    line.set("one_device_milliseconds", JSON.valueToTree(alone));
    ArrayNode stages = line.putArray("timetable");
    for (Stage stage : timetable.inOrder()) {
      Schedule.Slot slot = timetable.slot(stage).orElseThrow();
      ObjectNode entry = stages.addObject();
      entry.put("stage", stage.name());
      entry.put("device", explanation.plan().decision(stage).choice().device().qualifiedId());
      entry.put("begin_milliseconds", slot.start() * 1e3);
      entry.put("end_milliseconds", slot.end() * 1e3);
    }
    return line;
  }

  private static String json(ObjectNode line) {
    try {
      return JSON.writeValueAsString(line) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String value(double value, Objective objective) {
    return objective == Objective.ENERGY ? Numbers.significant(value) : milliseconds(value);
  }

  private static String milliseconds(double seconds) {
    return Numbers.significant(seconds * 1e3);
  }
}
