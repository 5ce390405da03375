package dev.squall.pipeline.plan;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.search.Objective;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a plan is as it is: what the line would come to if one stage went elsewhere and all others
 * stayed.
 *
 * @param oneDevice the line's seconds on each device that can run all of it
 */
public record Explanation(Plan plan, List<Part> parts, Map<Device, Double> oneDevice) {
  public Explanation {
    parts = List.copyOf(parts);
    oneDevice = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(oneDevice));
  }

  /**
   * One stage.
   *
   * @param ways all that can run it, the choice first, then by the line's value
   * @param refusals labels of what cannot, by the reason
   */
  public record Part(Stage stage, List<Way> ways, Map<String, List<String>> refusals) {
    public Way choice() {
      return ways.getFirst();
    }

    public Optional<Way> runnerUp() {
      return ways.stream().skip(1).findFirst();
    }

    /** How much worse the line would be with the runner-up, relative. */
    public double margin() {
      return runnerUp().map(way -> way.value() / choice().value() - 1).orElse(0.0);
    }
  }

  /**
   * @param value the goal's value of the line (of the stage alone for a yardstick) with this
   *     candidate
   */
  public record Way(Candidate candidate, double value) {}

  public static Explanation of(Plan plan) {
    List<Part> parts = new ArrayList<>();
    for (Decision decision : plan.decisions()) {
      Candidate choice = decision.choice();
      List<Way> ways = new ArrayList<>();
      Map<String, List<String>> refusals = new LinkedHashMap<>();
      for (Candidate candidate : decision.candidates()) {
        if (candidate.refusal().isPresent()) {
          refusals
              .computeIfAbsent(candidate.refusal().get(), reason -> new ArrayList<>())
              .add(candidate.variant().name() + " on " + candidate.device().qualifiedId());
        } else {
          ways.add(new Way(candidate, value(plan.timetable(), decision.stage(), candidate)));
        }
      }
      Way chosen = ways.getFirst();
      ways.sort(
          Comparator.comparing((Way way) -> !way.equals(chosen))
              .thenComparing(way -> !way.candidate().device().profile().timing().meaningful())
              .thenComparingDouble(Way::value));
      if (!ways.getFirst().candidate().equals(choice)) {
        throw new IllegalStateException("the choice must stand first");
      }
      parts.add(new Part(decision.stage(), ways, refusals));
    }
    return new Explanation(plan, parts, plan.timetable().oneDeviceEach());
  }

  private static double value(Timetable timetable, Stage stage, Candidate candidate) {
    double runs = timetable.request().runs();
    if (timetable.stages().contains(stage)) {
      double value =
          timetable.valueWith(stage, candidate.device(), Layout.seconds(candidate, runs));
      if (value < Double.POSITIVE_INFINITY || candidate.device().profile().timing().meaningful()) {
        return value;
      }
    }
    double seconds = candidate.prediction().orElseThrow().total(runs);
    return timetable.request().goal().objective() == Objective.ENERGY
        ? seconds * candidate.device().profile().power().boardWatts().orElse(Double.NaN)
        : seconds;
  }
}
