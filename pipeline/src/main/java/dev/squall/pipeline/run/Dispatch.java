package dev.squall.pipeline.run;

import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Decision;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Timetable;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A plan laid out for a stream that keeps it: whose turn it is and who serves, from arrays that are
 * filled once a plan. A run that keeps its plan looks nothing up and allocates nothing here.
 *
 * <p>Stages are known by their index in the plan's timetable. Not for several threads at once.
 */
final class Dispatch {
  private final Plan plan;
  private final Stage[] stages;
  private final Decision[] decisions;
  private final Candidate[] choices;
  private final StageTimes[] times;

  /** Stages by the begin that the plan has for them. */
  private final int[] order;

  private final int[] position;
  private final int[][] before;

  /** Of each stage, the number of the resource that the plan has it on. */
  private final int[] resource;

  /** A resource was given out in round {@code round}. */
  private final int[] taken;

  private int round;

  /** Who serves each stage; null where it must be asked. */
  private final Candidate[] servers;

  private int epoch;

  /**
   * @param times where the times of a stage on its choice are noted
   */
  Dispatch(Plan plan, BiFunction<Stage, Candidate, StageTimes> times) {
    this.plan = plan;
    Timetable timetable = plan.timetable();
    int count = timetable.stages().size();
    stages = timetable.stages().toArray(Stage[]::new);
    decisions = new Decision[count];
    choices = new Candidate[count];
    this.times = new StageTimes[count];
    before = new int[count][];
    resource = new int[count];
    servers = new Candidate[count];
    order = timetable.schedule().order().clone();
    position = new int[count];
    for (int at = 0; at < count; at++) {
      position[order[at]] = at;
    }
    List<String> names = Arrays.stream(stages).map(Stage::name).toList();
    for (int stage = 0; stage < count; stage++) {
      decisions[stage] = plan.decision(stages[stage]);
      choices[stage] = decisions[stage].choice();
      this.times[stage] = times.apply(stages[stage], choices[stage]);
      before[stage] =
          stages[stage].dependencies().stream()
              .mapToInt(names::indexOf)
              .filter(index -> index >= 0)
              .toArray();
    }
    List<String> resources =
        Arrays.stream(choices).map(choice -> choice.device().resource()).distinct().toList();
    for (int stage = 0; stage < count; stage++) {
      resource[stage] = resources.indexOf(choices[stage].device().resource());
    }
    taken = new int[resources.size()];
  }

  Plan plan() {
    return plan;
  }

  int count() {
    return stages.length;
  }

  Stage stage(int index) {
    return stages[index];
  }

  Decision decision(int index) {
    return decisions[index];
  }

  StageTimes times(int index) {
    return times[index];
  }

  /** Where a stage stands in the plan's order. */
  int position(int index) {
    return position[index];
  }

  /**
   * Stages whose inputs are there and whose turn it is.
   *
   * @param done what a run has behind it
   * @param begun what a run has given out; what is found is noted here
   * @param ahead whether a resource may work on what the plan has for later
   * @param into takes their indices
   * @return how many
   */
  int due(boolean[] done, boolean[] begun, boolean ahead, int[] into) {
    int found = 0;
    round++;
    for (int stage : order) {
      if (!done[stage]) {
        boolean turn = ahead || taken[resource[stage]] != round;
        taken[resource[stage]] = round;
        if (turn && !begun[stage] && fed(stage, done)) {
          begun[stage] = true;
          into[found++] = stage;
        }
      }
    }
    return found;
  }

  private boolean fed(int stage, boolean[] done) {
    for (int other : before[stage]) {
      if (!done[other]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Who serves a stage; null if that must be found out.
   *
   * @param now changes when a device is lost or becomes ready
   */
  Candidate server(int stage, int now) {
    if (now != epoch) {
      Arrays.fill(servers, null);
      epoch = now;
    }
    return servers[stage];
  }

  /** Keeps what was found out. */
  void keepServer(int stage, Candidate server) {
    servers[stage] = server;
  }

  /** Whether what served a stage is what the plan has for it. */
  boolean asPlanned(int stage, Candidate server) {
    return server == choices[stage] || server.equals(choices[stage]);
  }
}
