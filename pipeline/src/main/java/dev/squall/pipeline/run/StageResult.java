package dev.squall.pipeline.run;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import java.util.List;

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

  /** Compares the outputs with the reference; what a recording device did cannot be compared. */
  public Comparison compare(Verifier verifier) {
    return Executor.captures(used.device())
        ? Comparison.captured()
        : verifier.verify(stage.kernel(), call, used.device().engine());
  }
}
