package dev.squall.pipeline.run;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.Measured;
import java.util.List;
import java.util.Optional;

/**
 * What a stage did.
 *
 * @param used the candidate that produced the outputs; another than planned after a failure
 * @param call the inputs and outputs; outputs of a recording device are the host's
 */
public record StageResult(
    Stage stage,
    Decision decision,
    Candidate used,
    Call call,
    Timing timing,
    List<Metric> metrics) {

  /**
   * What the planner can learn from the runs after the first; empty if they are too few, or were
   * only recorded.
   */
  public Optional<Measured> measured() {
    if (timing.samples().size() < Repetition.LEAST
        || timing.parts().size() <= timing.samples().size()
        || Executor.captures(used.device())) {
      return Optional.empty();
    }
    List<Times> later =
        timing
            .parts()
            .subList(timing.parts().size() - timing.samples().size(), timing.parts().size());
    Times first = timing.parts().getFirst();
    double outBytes = call.outputs().values().stream().mapToDouble(Tensor::bytes).sum();
    return Optional.of(
        Measured.of(
                stage, used.variant(), used.device(), first, later, timing.sentBytes(), outBytes)
            .warmedUp(timing.warmSeconds(), timing.settled()));
  }

  /** Compares the outputs with the reference; what a recording device did cannot be compared. */
  public Comparison compare(Verifier verifier) {
    return Executor.captures(used.device())
        ? Comparison.captured()
        : verifier.verify(stage.kernel(), call, used.device().engine(), used.variant().precision());
  }
}
