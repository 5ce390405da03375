package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Monitor;
import dev.squall.pipeline.modm.PidController;
import dev.squall.pipeline.modm.SkipTable;
import dev.squall.pipeline.modm.sim.Arrivals;
import dev.squall.pipeline.modm.sim.GpuProfile;
import dev.squall.pipeline.modm.sim.GpuProfiles;
import dev.squall.pipeline.modm.sim.HtmlReport;
import dev.squall.pipeline.modm.sim.Scenario;
import dev.squall.pipeline.modm.sim.ServingSystem;
import dev.squall.pipeline.modm.sim.Summary;
import dev.squall.pipeline.modm.sim.SummaryLines;
import dev.squall.pipeline.modm.sim.SummaryText;
import dev.squall.pipeline.modm.sim.Trace;
import dev.squall.pipeline.modm.sim.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Replays requests against caches, models and GPUs in virtual time. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Replay requests against a cache, thresholds, models and GPUs in virtual time: throughput,"
          + " latency, violations, energy. Options that take several values make a sweep.",
      ""
    })
final class ModmSimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModmSource source;

  @Option(names = "--system", split = ",", description = "${COMPLETION-CANDIDATES}; default: all.")
  private List<ServingSystem> systems = List.of(ServingSystem.values());

  @Option(names = "--gpu", description = "GPU profile: a40, mi210 (${DEFAULT-VALUE}).")
  private String gpu = "a40";

  @Option(names = "--profile", paramLabel = "FILE.toml", description = "A GPU profile of your own.")
  private Path profile;

  @Option(names = "--gpus", split = ",", description = "GPUs (4).")
  private List<Integer> gpus = List.of(4);

  @Option(names = "--large", description = "Model for misses (${DEFAULT-VALUE}).")
  private String large = "sd3.5-large";

  @Option(
      names = "--small",
      split = ",",
      description = "Models for hits, the best images first; the next takes over beyond capacity.")
  private List<String> small = List.of("sdxl", "sana-1.6b");

  @Option(names = "--cache", split = ",", description = "Images in the cache (10000).")
  private List<Integer> cache = List.of(10_000);

  @Option(names = "--policy", description = "Images that enter it: ${COMPLETION-CANDIDATES}.")
  private CachePolicy policy = CachePolicy.ALL;

  @Option(
      names = "--warm",
      description =
          "Requests at the start whose images are there from the beginning; default: half of a"
              + " made trace, none of a given one.")
  private Integer warm;

  @Option(
      names = "--thresholds",
      paramLabel = "SIMILARITY:K,…",
      description = "Steps saved by similarity (0.25:5,0.27:10,0.28:15,0.29:25,0.3:30).")
  private String thresholds;

  @Option(names = "--steps", description = "Steps of a whole generation (${DEFAULT-VALUE}).")
  private int steps = 50;

  @Option(
      names = "--rate",
      split = ",",
      description = "Poisson arrivals, requests a minute, in place of the trace's times.")
  private List<Double> rates = List.of();

  @Option(
      names = "--ramp",
      paramLabel = "FROM:TO:HOURS",
      description = "Poisson arrivals whose rate rises along a sigmoid.")
  private String ramp;

  @Option(
      names = "--saturated",
      description = "Requests always wait: what is the most that the GPUs can do.")
  private boolean saturated;

  @Option(
      names = "--mode",
      description =
          "The monitor's aim: ${COMPLETION-CANDIDATES}; default: QUALITY, or THROUGHPUT"
              + " with --saturated.")
  private Monitor.Mode mode;

  @Option(
      names = "--margin",
      description =
          "Share of spare capacity that hits may use: 1 in the paper, 0.9 as released"
              + " (${DEFAULT-VALUE}).")
  private double margin = 1;

  @Option(names = "--dt", description = "The controller's time step (${DEFAULT-VALUE}).")
  private double step = PidController.RELEASED_STEP;

  @Option(names = "--anti-windup", description = "Keep the controller within its bounds.")
  private boolean antiWindup;

  @Option(
      names = "--period",
      description = "Seconds between the monitor's looks (${DEFAULT-VALUE}).")
  private double period = 180;

  @Option(names = "--retrieval", description = "Seconds to find an image (${DEFAULT-VALUE}).")
  private double retrieval = .05;

  @Option(names = "--json", description = "Print one JSON line a run.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Keep results.jsonl and report.html there; runs that are there are not repeated.")
  private Path out;

  @Override
  public Integer call() {
    if (out != null) {
      OutputFolder.prepare(out);
    }
    GpuProfile gpuProfile = profile == null ? GpuProfiles.of(gpu) : GpuProfiles.read(profile);
    List<Run> runs = runs(gpuProfile);
    Map<String, Summary> results =
        out == null ? new LinkedHashMap<>() : SummaryLines.read(out.resolve("results.jsonl"));
    Map<String, Summary> asked = new LinkedHashMap<>();
    try (Progress progress = new Progress(json)) {
      simulate(runs, results, asked, gpuProfile, progress);
    }
    if (out != null) {
      AtomicFile.write(
          out.resolve("report.html"),
          HtmlReport.page(results.values(), CommandText.of(spec)).getBytes(StandardCharsets.UTF_8));
    }
    if (json) {
      asked.forEach((key, summary) -> System.out.print(SummaryLines.line(key, summary)));
    } else {
      System.out.print(SummaryText.terminal(asked.values()));
    }
    return ExitCodes.GOOD;
  }

  private void simulate(
      List<Run> runs,
      Map<String, Summary> results,
      Map<String, Summary> asked,
      GpuProfile gpuProfile,
      Progress progress) {
    boolean allThere = runs.stream().allMatch(run -> results.containsKey(run.key()));
    Workload workload = null;
    if (!allThere) {
      progress.show("reading and embedding the trace");
      Trace trace = source.trace();
      if (source.made() && rates.isEmpty() && ramp == null && !saturated) {
        trace = trace.at(Arrivals.poisson(8, source.seed()));
      }
      workload = source.workload(trace);
    }
    for (Run run : runs) {
      if (!results.containsKey(run.key())) {
        progress.show("%s (%d of %d)".formatted(run.label(), results.size() + 1, runs.size()));
        results.put(run.key(), run.simulate(workload, gpuProfile));
        if (out != null) {
          SummaryLines.write(out.resolve("results.jsonl"), results);
        }
      }
      asked.put(run.key(), results.get(run.key()));
    }
  }

  /**
   * One point of the sweep.
   *
   * @param arrivals null where the times of the trace count
   */
  private record Run(String key, String label, Scenario scenario, Arrivals arrivals) {
    private Summary simulate(Workload workload, GpuProfile gpuProfile) {
      return arrivals == null
          ? workload.run(label, scenario, gpuProfile)
          : workload.run(label, scenario, gpuProfile, arrivals);
    }
  }

  private List<Run> runs(GpuProfile gpuProfile) {
    List<Run> runs = new ArrayList<>();
    for (ServingSystem system : systems) {
      for (int count : gpus) {
        for (int size : system == ServingSystem.VANILLA ? cache.subList(0, 1) : cache) {
          for (Arrivals arrivals : arrivals()) {
            runs.add(run(gpuProfile, system, count, size, arrivals));
          }
        }
      }
    }
    return runs;
  }

  private Run run(
      GpuProfile gpuProfile, ServingSystem system, int count, int size, Arrivals arrivals) {
    Monitor.Mode aim =
        mode != null ? mode : saturated ? Monitor.Mode.THROUGHPUT : Monitor.Mode.QUALITY;
    Scenario scenario =
        new Scenario(
            system,
            count,
            gpuProfile.model(large),
            small.stream().map(gpuProfile::model).toList(),
            table(system),
            policy,
            size,
            warm != null ? warm : source.made() ? source.requests() / 2 : 0,
            new Monitor.Settings(aim, margin, step, antiWindup, period),
            saturated ? 2 * count : 0,
            retrieval);
    String label =
        "%s%s, %d × %s, cache %d%s"
            .formatted(
                system.name().toLowerCase(Locale.ROOT),
                system == ServingSystem.MODM ? " " + String.join("+", small) : "",
                count,
                gpuProfile.id(),
                size,
                arrivals == null ? "" : ", " + text(arrivals));
    return new Run(
        source.key() + " " + scenario + " " + arrivals + gpuProfile, label, scenario, arrivals);
  }

  private SkipTable table(ServingSystem system) {
    if (thresholds != null) {
      return SkipTable.parse(steps, thresholds);
    }
    SkipTable usual = system == ServingSystem.NIRVANA ? SkipTable.nirvana() : SkipTable.modm();
    return new SkipTable(steps, usual.levels());
  }

  private List<Arrivals> arrivals() {
    List<Arrivals> arrivals = new ArrayList<>();
    for (double rate : rates) {
      arrivals.add(Arrivals.poisson(rate, source.seed()));
    }
    if (ramp != null) {
      arrivals.add(ramp());
    }
    if (arrivals.isEmpty()) {
      arrivals.add(null);
    } else if (saturated) {
      throw SquallException.invalidInput(
          "--saturated: requests always wait, so no --rate, no --ramp");
    }
    return arrivals;
  }

  private Arrivals ramp() {
    String[] parts = ramp.split(":", -1);
    try {
      return new Arrivals(
          Double.parseDouble(parts[0]),
          Double.parseDouble(parts[1]),
          3600 * Double.parseDouble(parts[2]),
          source.seed());
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw SquallException.invalidInput(
          "--ramp %s: expected FROM:TO:HOURS, for example 6:26:12".formatted(ramp));
    }
  }

  private static String text(Arrivals arrivals) {
    return arrivals.from() == arrivals.to()
        ? "%s/min".formatted(arrivals.from())
        : "%s → %s/min".formatted(arrivals.from(), arrivals.to());
  }
}
