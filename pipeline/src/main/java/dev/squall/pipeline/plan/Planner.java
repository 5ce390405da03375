package dev.squall.pipeline.plan;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.search.Goal;
import dev.squall.pipeline.plan.search.Objective;
import dev.squall.pipeline.plan.search.Schedule;
import dev.squall.pipeline.plan.search.Search;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts every stage on a device and variant, so that the whole line serves its goal best. Equal
 * inputs give equal plans. One thread plans at a time.
 */
public final class Planner {
  private final Devices devices;
  private final CostModel costs;

  /** What does not change with what is learnt. */
  private final Map<Stage, StageFacts> known = new IdentityHashMap<>();

  /** The last plan, which stands for the same graph and request while predictions do. */
  private Kept kept;

  private record Kept(Plan plan, Request request, long version) {}

  public Planner(Devices devices, CostModel costs) {
    this.devices = devices;
    this.costs = costs;
  }

  /**
   * The quickest plan for a line that runs again and again.
   *
   * @param deviceWishes devices that the user forces
   * @param variantWishes variants that the user forces
   */
  public Plan plan(StageGraph graph, Wishes deviceWishes, Wishes variantWishes) {
    return plan(graph, Request.of(deviceWishes, variantWishes));
  }

  /**
   * @throws SquallException for an unknown device or variant; UNSUPPORTED where nothing can run a
   *     stage or no plan meets the deadline; OUT_OF_MEMORY where no plan fits
   */
  public synchronized Plan plan(StageGraph graph, Request request) {
    long version = costs.version();
    if (kept == null
        || kept.version() != version
        || kept.plan().graph() != graph
        || !kept.request().equals(request)) {
      kept = new Kept(fresh(graph, request), request, version);
    }
    return kept.plan();
  }

  private Plan fresh(StageGraph graph, Request request) {
    Set<Device> forbidden = new LinkedHashSet<>();
    request.without().forEach(word -> forbidden.addAll(devices.select(word)));
    Map<Stage, Options> options = new HashMap<>();
    List<Stage> line = new ArrayList<>();
    for (Stage stage : graph.stages()) {
      if (stage.role() == Stage.Role.LINE) {
        line.add(stage);
      }
    }
    // Nothing but yardsticks: then they are the line.
    boolean onlyYardsticks = line.isEmpty();
    String name = Measured.line(onlyYardsticks ? graph.stages() : line);
    for (Stage stage : graph.stages()) {
      boolean beside = stage.role() == Stage.Role.YARDSTICK && !onlyYardsticks;
      options.put(stage, options(stage, beside ? Measured.ALONE : name, request, forbidden));
    }
    Timetable timetable = timetable(onlyYardsticks ? graph.stages() : line, options, request);
    List<Decision> decisions = new ArrayList<>();
    for (Stage stage : graph.stages()) {
      boolean beside = stage.role() == Stage.Role.YARDSTICK && !onlyYardsticks;
      decisions.add(
          decision(
              options.get(stage),
              beside ? timetable(List.of(stage), options, request.to(goalBeside())) : timetable));
    }
    return new Plan(graph, decisions, timetable);
  }

  /** A yardstick is measured alone, at its best. */
  private static Goal goalBeside() {
    return Goal.of(Objective.LATENCY);
  }

  /**
   * A stage with all its candidates, transfers left out.
   *
   * @param eligible the candidates among which a search may choose
   */
  record Options(
      Stage stage,
      StageFacts facts,
      List<Candidate> candidates,
      List<Candidate> eligible,
      boolean forced) {
    static Options of(Stage stage, StageFacts facts, List<Candidate> candidates, boolean forced) {
      List<Candidate> possible = new ArrayList<>();
      List<Candidate> meaningful = new ArrayList<>();
      for (Candidate candidate : candidates) {
        if (candidate.refusal().isEmpty()) {
          possible.add(candidate);
          // Times that mean nothing, such as an emulator's, are never preferred to times that do.
          if (candidate.device().profile().timing().meaningful()) {
            meaningful.add(candidate);
          }
        }
      }
      return new Options(
          stage, facts, candidates, meaningful.isEmpty() ? possible : meaningful, forced);
    }
  }

  private Options options(Stage stage, String line, Request request, Set<Device> forbidden) {
    StageFacts facts = known.computeIfAbsent(stage, absent -> new StageFacts(stage, devices));
    Optional<String> device =
        request.devices().of(stage.name()).filter(word -> !word.equals("auto"));
    Optional<String> variant =
        request.variants().of(stage.name()).filter(word -> !word.equals("auto"));
    List<Candidate> candidates = new ArrayList<>();
    for (Device each : devices.select(device.orElse("auto"))) {
      List<Variant> variants =
          variant
              .map(name -> List.of(stage.kernel().variant(name)))
              .orElseGet(() -> facts.variants(each));
      for (Variant code : variants) {
        Optional<String> refusal =
            refusal(facts, code, each, request, forbidden)
                .or(() -> variant.isEmpty() ? unasked(code) : Optional.empty());
        candidates.add(
            refusal.isPresent()
                ? Candidate.refused(each, code, refusal.get())
                : Candidate.possible(each, code, costs.predict(stage, code, each, line)));
      }
    }
    Options options =
        Options.of(stage, facts, candidates, device.isPresent() || variant.isPresent());
    if (options.eligible().isEmpty()) {
      Candidate first = candidates.getFirst();
      throw SquallException.unsupported(
          "stage %s: %s refused: %s"
              .formatted(stage.name(), first.label(), first.refusal().orElseThrow()));
    }
    return options;
  }

  private static Optional<String> unasked(Variant code) {
    return code.precision() == Precision.SINGLE
        ? Optional.empty()
        : Optional.of("half precision is taken where it is named alone: --variant " + code.name());
  }

  private Optional<String> refusal(
      StageFacts facts, Variant variant, Device device, Request request, Set<Device> forbidden) {
    if (forbidden.contains(device)) {
      return Optional.of("excluded by --without");
    }
    Support support = facts.support(device, variant);
    if (!support.supported()) {
      return support.refusal();
    }
    if (request.goal().objective() == Objective.ENERGY
        && device.profile().power().boardWatts().isEmpty()) {
      return Optional.of(
          "its power is not known; --what-if device=%s,watts=W says it".formatted(device.id()));
    }
    return Optional.empty();
  }

  private Timetable timetable(List<Stage> stages, Map<Stage, Options> options, Request request) {
    Layout layout = Layout.of(stages, options, costs, request.runs());
    Search.Found found =
        Search.best(layout.problem(), request.goal())
            .orElseThrow(() -> impossible(layout, request.goal()));
    return new Timetable(
        request, stages, layout.devices(), layout.problem(), found.schedule(), found.proven());
  }

  private static SquallException impossible(Layout layout, Goal goal) {
    return Search.best(layout.problem(), Goal.of(goal.objective()))
        .map(Search.Found::schedule)
        .map(Schedule::makespanSeconds)
        .map(
            seconds ->
                SquallException.unsupported(
                    "no plan ends within %.4g ms; the best takes %.4g ms"
                        .formatted(
                            goal.deadlineSeconds() * 1e3,
                            Search.best(layout.problem(), Goal.of(Objective.LATENCY))
                                    .map(found -> found.schedule().makespanSeconds())
                                    .orElse(seconds)
                                * 1e3)))
        .orElseGet(
            () ->
                new SquallException(
                    ErrorClass.OUT_OF_MEMORY,
                    "no plan fits the memory of %s; allow more devices or use smaller tensors"
                        .formatted(
                            String.join(
                                ", ", layout.devices().stream().map(Device::id).toList()))));
  }

  private Decision decision(Options options, Timetable timetable) {
    Stage stage = options.stage();
    int task = timetable.stages().indexOf(stage);
    double[] copies = Search.copySeconds(timetable.problem(), timetable.schedule(), task);
    List<Candidate> candidates = new ArrayList<>();
    for (Candidate candidate : options.candidates()) {
      int place = timetable.devices().indexOf(candidate.device());
      candidates.add(
          place < 0
              ? candidate.withTransfer(options.facts().copySeconds(costs.bus(candidate.device())))
              : candidate.withTransfer(copies[place]));
    }
    // A stable sort: among equals the kernel's own order of variants decides.
    candidates.sort(
        Comparator.comparing((Candidate candidate) -> candidate.refusal().isPresent())
            .thenComparing(candidate -> !candidate.device().profile().timing().meaningful())
            .thenComparingDouble(Candidate::seconds));
    Device chosen = timetable.devices().get(timetable.schedule().places()[task]);
    Variant variant = Layout.best(options.eligible(), chosen, timetable.request().runs()).variant();
    Candidate choice =
        candidates.stream()
            .filter(each -> each.device().equals(chosen) && each.variant().equals(variant))
            .findFirst()
            .orElseThrow();
    candidates.remove(choice);
    candidates.addFirst(choice);
    return new Decision(stage, candidates, options.forced());
  }
}
