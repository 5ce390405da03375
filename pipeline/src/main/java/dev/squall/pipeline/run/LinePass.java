package dev.squall.pipeline.run;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;

/**
 * Runs the stages of a line once more, everything warm, each on the device that served it, in the
 * plan's order, so that the line's course can be laid beside the plan's. Results that stand are not
 * poisoned first: a device that fails now costs the pass alone.
 *
 * @param lanes the thread of each resource
 * @param sessions the open devices
 */
record LinePass(
    Recorder recorder, Map<String, ExecutorService> lanes, Map<Device, DeviceSession> sessions) {

  /** Notes the stages' times; nothing where a stage cannot run again. */
  void run(Plan plan, List<StageResult> results) {
    List<StageResult> line =
        plan.timetable().inOrder().stream().map(stage -> of(stage, results)).toList();
    if (!line.stream().allMatch(this::possible)) {
      return;
    }
    Map<String, CompletableFuture<Void>> done = new HashMap<>();
    for (StageResult result : line) {
      // Lanes take up stages in the plan's order, and each waits only for stages before it.
      List<CompletableFuture<Void>> before =
          result.stage().dependencies().stream().map(done::get).toList();
      done.put(
          result.stage().name(),
          CompletableFuture.runAsync(
              () -> {
                before.forEach(CompletableFuture::join);
                again(result);
              },
              lanes.get(result.used().device().resource())));
    }
    try {
      done.values().forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof SquallException)) {
        throw e;
      }
      recorder.forget(Mark.Kind.PASS);
    }
  }

  private static StageResult of(Stage stage, List<StageResult> results) {
    return results.stream()
        .filter(result -> result.stage().equals(stage))
        .findFirst()
        .orElseThrow();
  }

  private boolean possible(StageResult result) {
    Device device = result.used().device();
    return sessions.containsKey(device) && !Executor.captures(device);
  }

  private void again(StageResult result) {
    recorder.mark(
        Mark.Kind.PASS,
        result.stage(),
        result.used(),
        () ->
            sessions
                .get(result.used().device())
                .run(result.stage().kernel(), result.used().variant(), result.call()));
  }
}
