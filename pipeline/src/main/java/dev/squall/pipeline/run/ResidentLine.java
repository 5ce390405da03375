package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Runs a line whose stages are all on one device as one: its inputs go there once, what lies
 * between its stages stays, and only what no stage reads comes back with every run. Where the
 * device records commands, the same is done once more as a replay. It works on tensors of its own,
 * so that the stages' results stand whatever happens to the device.
 *
 * @param guard compares what differs from the stages' results with the reference
 * @param recorder told of every run
 */
record ResidentLine(Repetition repetition, TensorMemory memory, Verifier guard, Recorder recorder) {

  /** The device of all stages of the line, if its times mean something. */
  static Optional<Device> device(List<StageResult> results) {
    List<Device> devices =
        line(results).stream().map(result -> result.used().device()).distinct().toList();
    return devices.size() == 1
            && !devices.getFirst().traits().host()
            && devices.getFirst().notATiming().isEmpty()
        ? Optional.of(devices.getFirst())
        : Optional.empty();
  }

  static List<StageResult> line(List<StageResult> results) {
    return results.stream().filter(result -> result.stage().role() == Stage.Role.LINE).toList();
  }

  /**
   * Runs the line until its time is known.
   *
   * @throws SquallException with the class of what went wrong; WRONG_RESULT if a stage's output is
   *     neither the one that it had alone nor right
   */
  ResidentRun run(Device device, DeviceSession session, List<StageResult> results) {
    List<StageResult> line = line(results);
    // Room for the same tensors once more.
    line.forEach(result -> session.forget(result.call()));
    Chain chain = Chain.of(steps(line));
    AtomicInteger number = new AtomicInteger();
    Timed launched = timed(session, chain, line, number);
    Copies fetched = requireRight(session, chain, line);
    session.forget(chain);
    Optional<ResidentRun.Replay> replay = Optional.empty();
    Optional<SquallException> failure = Optional.empty();
    if (session.records()) {
      Chain recorded = chain.record();
      try {
        Timed replayed = timed(session, recorded, line, number);
        requireRight(session, recorded, line);
        session.forget(recorded);
        replay = Optional.of(new ResidentRun.Replay(replayed.first(), replayed.runs()));
      } catch (SquallException e) {
        failure = Optional.of(e);
      }
    }
    return new ResidentRun(device, launched.first(), launched.runs(), fetched, replay, failure);
  }

  private record Timed(Times first, List<Times> runs) {}

  private Timed timed(
      DeviceSession session, Chain chain, List<StageResult> line, AtomicInteger number) {
    Supplier<Times> once =
        () ->
            recorder.call(
                Mark.Kind.AS_ONE,
                line.getFirst().stage(),
                line.getFirst().used(),
                number.getAndIncrement(),
                () -> once(session, chain));
    Times first = once.get();
    repetition.warmUp(run -> once.get().total());
    List<Times> runs = new ArrayList<>();
    double timed = 0;
    while (repetition.wants(runs.size(), timed)) {
      runs.add(once.get());
      timed += runs.getLast().total();
    }
    return new Timed(first, runs);
  }

  /** Brings everything home and compares it. */
  private Copies requireRight(DeviceSession session, Chain chain, List<StageResult> line) {
    Copies fetched = session.fetch(chain);
    for (int i = 0; i < line.size(); i++) {
      requireRight(line.get(i), chain.steps().get(i).call());
    }
    return fetched;
  }

  /** The stages' calls with outputs of their own, each read by the stages behind it. */
  private List<Chain.Step> steps(List<StageResult> line) {
    Map<Tensor, Tensor> own = new HashMap<>();
    List<Chain.Step> steps = new ArrayList<>();
    for (StageResult result : line) {
      Stage stage = result.stage();
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      result.call().inputs().forEach((port, old) -> inputs.put(port, own.getOrDefault(old, old)));
      Map<String, Tensor> outputs =
          stage.kernel().signature().allocateOutputs(stage.sizes(), memory);
      outputs.forEach((port, tensor) -> own.put(result.call().out(port), tensor));
      steps.add(
          new Chain.Step(
              stage.kernel(), result.used().variant(), new Call(stage.sizes(), inputs, outputs)));
    }
    return steps;
  }

  /** Poisons the host's memory first: what is not brought home does not look like a result. */
  private static Times once(DeviceSession session, Chain chain) {
    chain.outputs().forEach(Tensor::poison);
    return session.run(chain);
  }

  private void requireRight(StageResult alone, Call call) {
    boolean same =
        call.outputs().entrySet().stream()
            .allMatch(
                output ->
                    output.getValue().data().mismatch(alone.call().out(output.getKey()).data())
                        < 0);
    if (same) {
      return;
    }
    Comparison comparison =
        guard.verify(
            alone.stage().kernel(),
            call,
            alone.used().device().engine(),
            alone.used().variant().precision());
    if (comparison.verdict() != Verdict.PASSED) {
      throw new SquallException(
          ErrorClass.WRONG_RESULT,
          "stage %s (%s), kept on the device with the line, is %s: %s"
              .formatted(
                  alone.stage().name(),
                  alone.used().label(),
                  comparison.verdict(),
                  comparison.detail()));
    }
  }
}
