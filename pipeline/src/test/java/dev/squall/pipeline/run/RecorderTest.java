package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import dev.squall.profiles.DeviceKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecorderTest {
  @TempDir private Path folder;

  private final Engine host = new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.all());
  private final WorkingDevice one = new WorkingDevice("one", Profiles.card(1));
  private final WorkingDevice two = new WorkingDevice("two", Profiles.card(1));

  @Test
  void everyCallLiesWithinItsStagesAttempt() {
    Recorder recorder = new Recorder("test", false);
    run(
        recorder,
        Graphs.diamond(),
        List.of("first=one", "left=two", "right=one", "last=two"),
        Repetition.exactly(3),
        one,
        two);

    for (String stage : List.of("first", "left", "right", "last")) {
      Mark attempt = only(recorder, Mark.Kind.ATTEMPT, stage);
      assertThat(attempt.failure()).isEmpty();
      List<Mark> inner =
          recorder.marks().stream()
              .filter(mark -> mark.stage().equals(stage) && mark != attempt)
              .toList();
      assertThat(inner)
          .allMatch(mark -> mark.start() >= attempt.start() && mark.end() <= attempt.end());
      for (int i = 1; i < inner.size(); i++) {
        assertThat(inner.get(i).start()).isGreaterThanOrEqualTo(inner.get(i - 1).end());
      }
      assertThat(inner).filteredOn(mark -> mark.kind() == Mark.Kind.FIRST).hasSize(1);
      assertThat(inner).filteredOn(mark -> mark.kind() == Mark.Kind.TIMED).hasSize(3);
      assertThat(inner)
          .filteredOn(mark -> mark.kind() == Mark.Kind.TIMED)
          .allMatch(mark -> mark.times().isPresent() && mark.seconds() > 0);
    }
    assertThat(kind(recorder, Mark.Kind.OPEN)).hasSize(2);
    assertThat(kind(recorder, Mark.Kind.PASS)).isEmpty();
  }

  @Test
  void stagesBeginAfterThoseThatTheyRead() {
    Recorder recorder = new Recorder("test", true);
    RunResult result =
        run(
            recorder,
            Graphs.diamond(),
            List.of("first=one", "left=two", "right=one", "last=two"),
            Repetition.exactly(2),
            one,
            two);

    for (StageResult stage : result.stages()) {
      for (String before : stage.stage().dependencies()) {
        for (Mark.Kind kind : List.of(Mark.Kind.ATTEMPT, Mark.Kind.PASS)) {
          assertThat(only(recorder, kind, stage.stage().name()).start())
              .isGreaterThanOrEqualTo(only(recorder, kind, before).end());
        }
      }
    }
    double measured =
        kind(recorder, Mark.Kind.ATTEMPT).stream().mapToDouble(Mark::end).max().orElseThrow();
    assertThat(kind(recorder, Mark.Kind.PASS))
        .hasSize(4)
        .allMatch(mark -> mark.start() >= measured);
    assertThat(one.calls()).as("2 stages, first + 2 runs + pass").hasSize(2 * 4);
  }

  @Test
  void aFailedPassCostsThePassAlone() {
    // The first run and one timed run succeed; the third call, the pass, does not.
    Engine failing = FaultyDevice.failingAt(3, ErrorClass.LAUNCH, "card", Profiles.card(1));
    Recorder recorder = new Recorder("test", true);
    RunResult result = run(recorder, Graphs.single(), List.of(), Repetition.exactly(1), failing);

    assertThat(kind(recorder, Mark.Kind.PASS)).isEmpty();
    assertThat(result.stages().getFirst().compare(Verifier.exhaustive()).passed()).isTrue();
  }

  @Test
  void aDeviceThatOnlyRecordsHasNoPass() {
    Recorder recorder = new Recorder("test", true);
    run(
        recorder,
        Graphs.single(),
        List.of("recorder"),
        Repetition.none(),
        host,
        new NullDevice("recorder", Profiles.profile(DeviceKind.CAPTURE, false, 1, 1, 1, 1)));

    assertThat(kind(recorder, Mark.Kind.STAND_IN)).hasSize(1);
    assertThat(kind(recorder, Mark.Kind.PASS)).isEmpty();
  }

  @Test
  void theFlightRecorderHearsOfEveryStageAndItsVerdict() throws IOException {
    Recorder recorder = new Recorder("diamond", false);
    RunResult result;
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable("dev.squall.Stage").withThreshold(Duration.ZERO);
      recording.start();
      result = run(recorder, Graphs.diamond(), List.of(), Repetition.exactly(3), host);
      recorder.verified(comparisons(result));
      recording.stop();
      Path file = folder.resolve("run.jfr");
      recording.dump(file);
      events = RecordingFile.readAllEvents(file);
    }

    assertThat(events)
        .allMatch(event -> event.getEventType().getName().equals("dev.squall.Stage"))
        .extracting(event -> event.getString("stage"))
        .containsExactlyInAnyOrder("first", "left", "right", "last");
    for (RecordedEvent event : events) {
      StageResult stage =
          result.stages().stream()
              .filter(each -> each.stage().name().equals(event.getString("stage")))
              .findFirst()
              .orElseThrow();
      assertThat(event.getString("line")).isEqualTo("diamond");
      assertThat(event.getString("kernel")).isEqualTo(stage.stage().kernel().id());
      assertThat(event.getString("variant")).isEqualTo(stage.used().variant().name());
      assertThat(event.getString("device")).isEqualTo(stage.used().device().qualifiedId());
      assertThat(event.getString("verdict")).isEqualTo("PASSED");
      assertThat(event.getInt("runs")).isEqualTo(3);
      assertThat(event.getDuration("median"))
          .isEqualTo(Duration.ofNanos(Math.round(stage.timing().median() * 1e9)));
      assertThat(event.getDuration("first"))
          .isEqualTo(Duration.ofNanos(Math.round(stage.timing().first() * 1e9)));
      Mark attempt = only(recorder, Mark.Kind.ATTEMPT, stage.stage().name());
      assertThat(event.getDuration().toNanos() * 1e-9)
          .isPositive()
          .isLessThanOrEqualTo(attempt.seconds() + 1e-3);
    }
  }

  @Test
  void anAttemptThatFailsIsRecordedWithItsError() throws IOException {
    Recorder recorder = new Recorder("single", false);
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable("dev.squall.Stage").withThreshold(Duration.ZERO);
      recording.start();
      Engine faulty = FaultyDevice.failingAt(1, ErrorClass.LAUNCH, "card", Profiles.card(1));
      // The device's other variant serves; its verdict is never told, so its event never ends.
      run(recorder, Graphs.single(), List.of(), Repetition.none(), faulty);
      recording.stop();
      Path file = folder.resolve("failed.jfr");
      recording.dump(file);
      events = RecordingFile.readAllEvents(file);
    }

    assertThat(events)
        .singleElement()
        .satisfies(event -> assertThat(event.getString("verdict")).isEqualTo("LAUNCH"));
    assertThat(kind(recorder, Mark.Kind.ATTEMPT))
        .extracting(mark -> mark.failure().orElse(""))
        .containsExactly("LAUNCH: card failed at call 1", "");
  }

  private static Map<String, Comparison> comparisons(RunResult result) {
    Map<String, Comparison> comparisons = new LinkedHashMap<>();
    result
        .stages()
        .forEach(
            stage -> comparisons.put(stage.stage().name(), stage.compare(Verifier.exhaustive())));
    return comparisons;
  }

  private static RunResult run(
      Recorder recorder,
      StageGraph graph,
      List<String> wishes,
      Repetition repetition,
      Engine... engines) {
    Devices devices = new Devices(List.of(engines));
    return new Executor(devices, repetition, stage -> {}, Replanning.NONE, recorder)
        .run(
            new Planner(devices, new ProfileCostModel())
                .plan(graph, Wishes.parse("--device", wishes, graph), Wishes.none()),
            Graphs.tensors());
  }

  private static List<Mark> kind(Recorder recorder, Mark.Kind kind) {
    return recorder.marks().stream().filter(mark -> mark.kind() == kind).toList();
  }

  private static Mark only(Recorder recorder, Mark.Kind kind, String stage) {
    List<Mark> marks =
        kind(recorder, kind).stream().filter(mark -> mark.stage().equals(stage)).toList();
    assertThat(marks).hasSize(1);
    return marks.getFirst();
  }
}
