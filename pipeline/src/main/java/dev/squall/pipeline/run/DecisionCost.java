package dev.squall.pipeline.run;

import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Plan;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * What deciding where stages go costs, in seconds, without running any.
 *
 * @param fresh a plan from scratch: all predictions, the search, the explanation of every choice
 * @param anew another plan by the same planner after one stage's times have changed
 * @param freshDecisions how many of these {@code fresh} and {@code anew} are medians of
 * @param kept all that a run of a stream decides while it keeps its plan: whether the plan still
 *     holds, whose turn it is and who serves at every stage, and noting every stage's time
 * @param keptDecisions runs that {@code kept} is the mean of
 */
public record DecisionCost(
    double fresh, double anew, int freshDecisions, double kept, int keptDecisions) {
  /** Decisions that are timed. */
  static final int DECISIONS = 1000;

  /** Runs are timed in batches of which the clock takes nothing. */
  private static final int BATCHES = 100;

  /** Compilers take the code up while it is not timed. */
  private static final int FRESH_WARM_UP = 1000;

  private static final int KEPT_WARM_UP = 50_000;

  /**
   * @param planning plans from scratch
   * @param again learns something and plans again
   * @param replanning whose version a stream looks at before each run
   */
  public static DecisionCost measure(
      Supplier<Plan> planning, Supplier<Plan> again, Replanning replanning) {
    double fresh = seconds(planning);
    double anew = seconds(again);
    Stream stream = new Stream(planning.get(), replanning);
    stream.decide(KEPT_WARM_UP);
    double[] kept = new double[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
      long start = System.nanoTime();
      stream.decide(DECISIONS);
      kept[i] = (System.nanoTime() - start) * 1e-9 / DECISIONS;
    }
    return new DecisionCost(fresh, anew, DECISIONS, median(kept), BATCHES * DECISIONS);
  }

  private static double seconds(Supplier<Plan> planning) {
    for (int i = 0; i < FRESH_WARM_UP; i++) {
      planning.get();
    }
    double[] seconds = new double[DECISIONS];
    for (int i = 0; i < DECISIONS; i++) {
      long start = System.nanoTime();
      planning.get();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    return median(seconds);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
  }

  /** A stream's decisions, whose stages take no time. */
  private static final class Stream {
    private static final Times NO_TIME = new Times(0, 0, 1e-9, 0, 1e-9);

    private final Replanning replanning;
    private final long version;
    private final Dispatch dispatch;
    private final boolean[] done;
    private final boolean[] begun;
    private final int[] due;
    private int plansDue;

    Stream(Plan plan, Replanning replanning) {
      this.replanning = replanning;
      this.version = replanning.version();
      dispatch = new Dispatch(plan, StageTimes::new);
      done = new boolean[dispatch.count()];
      begun = new boolean[dispatch.count()];
      due = new int[dispatch.count()];
      for (int stage = 0; stage < dispatch.count(); stage++) {
        dispatch.server(stage, 0);
        dispatch.keepServer(stage, dispatch.decision(stage).choice());
      }
    }

    void decide(int runs) {
      for (int run = 0; run < runs; run++) {
        Arrays.fill(done, false);
        Arrays.fill(begun, false);
        if (version != replanning.version()) {
          plansDue++;
        }
        for (int left = dispatch.count(); left > 0; ) {
          left -= serve(run);
        }
      }
      if (plansDue > 0) {
        throw new IllegalStateException("nothing was learnt, yet " + plansDue + " plans were due");
      }
    }

    private int serve(int run) {
      int count = dispatch.due(done, begun, false, due);
      for (int i = 0; i < count; i++) {
        Candidate server = dispatch.server(due[i], 0);
        done[due[i]] = true;
        if (dispatch.asPlanned(due[i], server)) {
          dispatch.times(due[i]).add(run, 1e-9, NO_TIME);
        }
      }
      return count;
    }
  }
}
