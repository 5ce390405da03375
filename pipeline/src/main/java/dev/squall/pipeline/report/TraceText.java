package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.search.Schedule;
import dev.squall.pipeline.run.Mark;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run along time in the Chrome trace event format, which Perfetto and chrome://tracing open: one
 * process for what happened, one for the plan, a track a device in each. The plan begins where the
 * line ran once more with everything warm, so that the two lie below each other. Times in
 * microseconds.
 */
public final class TraceText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MEASURED = 1;
  private static final int PLANNED = 2;

  private final ObjectNode root = JSON.createObjectNode();
  private final ArrayNode events = root.putArray("traceEvents");
  private final Map<Device, Integer> tracks = new LinkedHashMap<>();
  private final RunResult result;
  private final Map<String, Comparison> comparisons;

  private TraceText(RunResult result, Map<String, Comparison> comparisons) {
    this.result = result;
    this.comparisons = comparisons;
  }

  /**
   * @param comparisons outcome of the verification, by stage
   * @param marks what happened when
   */
  public static String json(
      Environment environment,
      RunResult result,
      Map<String, Comparison> comparisons,
      List<Mark> marks) {
    TraceText trace = new TraceText(result, comparisons);
    trace.name("process_name", MEASURED, 0, "run, measured");
    trace.name("process_name", PLANNED, 0, "plan, predicted");
    for (Mark mark : marks) {
      trace.mark(mark);
    }
    trace.plan(result.plan(), begin(marks));
    trace.root.put("displayTimeUnit", "ms");
    trace.root.set("otherData", JsonLines.node(environment));
    try {
      return JSON.writeValueAsString(trace.root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Seconds at which the plan begins. */
  private static double begin(List<Mark> marks) {
    Mark.Kind from =
        marks.stream().anyMatch(mark -> mark.kind() == Mark.Kind.PASS)
            ? Mark.Kind.PASS
            : Mark.Kind.ATTEMPT;
    return marks.stream()
        .filter(mark -> mark.kind() == from)
        .mapToDouble(Mark::start)
        .min()
        .orElse(0);
  }

  private void mark(Mark mark) {
    int track = track(mark.candidate().device());
    String name = mark.kind().text();
    ObjectNode args = JSON.createObjectNode();
    switch (mark.kind()) {
      case ATTEMPT -> {
        name = mark.stage() + (mark.failure().isPresent() ? ", failed" : "");
        describe(args, stage(mark.stage()), mark.candidate());
        mark.failure()
            .ifPresentOrElse(
                failure -> args.put("failure", failure), () -> outcome(args, mark.stage()));
      }
      case PASS -> {
        name = mark.stage() + ", once more";
        describe(args, stage(mark.stage()), mark.candidate());
        verdict(args, mark.stage());
      }
      case OPEN -> name = "open " + mark.candidate().device().qualifiedId();
      case FIRST, WARM_UP, TIMED, CHECK, STAND_IN, AS_ONE -> {}
    }
    span(MEASURED, track, name, mark.kind().text(), mark.start(), mark.seconds(), args);
    mark.times().ifPresent(times -> parts(track, mark, times));
  }

  /**
   * A device tells how long the parts of a call took, not when: they are laid one after another.
   */
  private void parts(int track, Mark mark, Times times) {
    double at = mark.start();
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("compile", times.compile());
    parts.put("copy in", times.copyIn());
    parts.put("kernels", times.compute());
    parts.put("copy out", times.copyOut());
    for (Map.Entry<String, Double> part : parts.entrySet()) {
      double seconds = Math.min(part.getValue(), mark.end() - at);
      if (seconds > 0) {
        span(MEASURED, track, part.getKey(), "part", at, seconds, JSON.createObjectNode());
        at += seconds;
      }
    }
  }

  private void plan(Plan plan, double begin) {
    for (Stage stage : plan.timetable().inOrder()) {
      Schedule.Slot slot = plan.timetable().slot(stage).orElseThrow();
      Candidate choice = plan.decision(stage).choice();
      int track = track(choice.device());
      ObjectNode args = JSON.createObjectNode();
      describe(args, stage, choice);
      args.put("reason", plan.decision(stage).reason());
      double at = begin + slot.start();
      span(PLANNED, track, stage.name(), "plan", at, slot.end() - slot.start(), args);
      Map<String, Double> parts = new LinkedHashMap<>();
      parts.put("open", slot.open());
      parts.put("copy in", slot.copyIn());
      parts.put("kernels", slot.work());
      parts.put("copy out", slot.copyOut());
      for (Map.Entry<String, Double> part : parts.entrySet()) {
        if (part.getValue() > 0) {
          span(PLANNED, track, part.getKey(), "part", at, part.getValue(), JSON.createObjectNode());
          at += part.getValue();
        }
      }
    }
  }

  private Stage stage(String name) {
    return result.plan().graph().stage(name);
  }

  private static void describe(ObjectNode args, Stage stage, Candidate candidate) {
    args.put("kernel", stage.kernel().id());
    args.put("variant", candidate.variant().name());
    args.put("device", candidate.device().qualifiedId());
    args.put("sizes", stage.sizes().key());
    candidate.device().notATiming().ifPresent(note -> args.put("timing", note));
  }

  private void outcome(ObjectNode args, String name) {
    for (StageResult stage : result.stages()) {
      if (stage.stage().name().equals(name)) {
        args.put("runs", stage.timing().samples().size());
        args.put("first_milliseconds", stage.timing().first() * 1e3);
        args.put("median_milliseconds", stage.timing().median() * 1e3);
        args.put("predicted_milliseconds", stage.decision().choice().seconds() * 1e3);
        args.put("bytes_in", stage.timing().sentBytes());
        args.put(
            "bytes_out",
            stage.used().device().inHostMemory()
                ? 0
                : stage.call().outputs().values().stream().mapToLong(Tensor::bytes).sum());
        if (!stage.timing().parts().isEmpty()) {
          args.put("copy_in_milliseconds", stage.timing().parts().getFirst().copyIn() * 1e3);
          args.put("copy_out_milliseconds", stage.timing().parts().getFirst().copyOut() * 1e3);
        }
      }
    }
    verdict(args, name);
  }

  private void verdict(ObjectNode args, String stage) {
    Comparison comparison = comparisons.get(stage);
    if (comparison != null) {
      args.put("verdict", comparison.verdict().name());
    }
  }

  /** The device's track, named when it is first seen. */
  private int track(Device device) {
    return tracks.computeIfAbsent(
        device,
        absent -> {
          int track = tracks.size() + 1;
          name("thread_name", MEASURED, track, device.qualifiedId());
          name("thread_name", PLANNED, track, device.qualifiedId());
          return track;
        });
  }

  private void name(String kind, int process, int track, String name) {
    ObjectNode event = events.addObject();
    event.put("name", kind);
    event.put("ph", "M");
    event.put("pid", process);
    event.put("tid", track);
    event.putObject("args").put("name", name);
  }

  private void span(
      int process,
      int track,
      String name,
      String category,
      double start,
      double seconds,
      ObjectNode args) {
    ObjectNode event = events.addObject();
    event.put("name", name);
    event.put("cat", category);
    event.put("ph", "X");
    event.put("pid", process);
    event.put("tid", track);
    event.put("ts", start * 1e6);
    event.put("dur", seconds * 1e6);
    event.set("args", args);
  }
}
