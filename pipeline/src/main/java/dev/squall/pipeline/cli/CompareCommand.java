package dev.squall.pipeline.cli;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellAnswer;
import dev.squall.pipeline.compare.CellFile;
import dev.squall.pipeline.compare.CellState;
import dev.squall.pipeline.compare.CellWorker;
import dev.squall.pipeline.compare.ChildWorker;
import dev.squall.pipeline.compare.ClusterCells;
import dev.squall.pipeline.compare.CompareText;
import dev.squall.pipeline.compare.Experiment;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.compare.ExperimentRun;
import dev.squall.pipeline.compare.JsonText;
import dev.squall.pipeline.compare.Matrix;
import dev.squall.pipeline.compare.PlannedCell;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.remote.ChildJvm;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.pipeline.plan.LearnedCostModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a matrix of cells, or holds two results against each other. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    subcommands = CompareReportCommand.class,
    description = {
      "Compare devices: measure every kernel or line of an experiment at every shape on every"
          + " device, each device in a process of its own, every result verified. Give an"
          + " experiment file, or --kernel and --line.",
      "With two files of results: say for every cell whether the second is SAME, FASTER, SLOWER"
          + " or UNCLEAR.",
      ""
    })
final class CompareCommand implements Callable<Integer> {
  /** What a cell's inputs, compilation and verification may take beyond its timing. */
  private static final double CELL_LIMIT_SECONDS = 600;

  @Parameters(
      arity = "0..2",
      paramLabel = "EXPERIMENT.toml | A.jsonl B.jsonl",
      description = "An experiment to measure, or two files of results.")
  private List<Path> files = List.of();

  @Mixin private CompareMatrix matrix;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE.jsonl",
      description = "Keep each cell there as soon as it is finished.")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--resume", description = "Go on with what --out holds already.")
  private boolean resume;

  @Option(
      names = "--retry",
      description = "With --resume: measure again what failed or was skipped.")
  private boolean retry;

  @Option(names = "--list", description = "Print the cells, measure nothing.")
  private boolean list;

  @Option(
      names = "--dry-run",
      description = "Print each cell's variant, memory and expected time, measure nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON lines, each cell as it is finished.")
  private boolean json;

  @Mixin private CompareOutputs outputs;
  @Mixin private ComparePages pages;

  @Mixin private ClusterArguments cluster;

  @Option(
      names = "--fail-on-slower",
      description = "Of two files: exit code 1 if a cell is SLOWER, or has no right result now.")
  private boolean failOnSlower;

  @Option(
      names = "--tolerance",
      paramLabel = "SHARE",
      description = "Of two files: relative difference that counts as none (${DEFAULT-VALUE}).")
  private double tolerance = 0.02;

  @Option(
      names = "--confidence",
      paramLabel = "SHARE",
      description = "Of two files: confidence of the intervals (${DEFAULT-VALUE}).")
  private double confidence = 0.99;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (files.size() == 2) {
      return answers();
    }
    if (files.isEmpty() == !matrix.given()) {
      throw SquallException.invalidInput(
          files.isEmpty()
              ? "nothing to compare: give an experiment file, --kernel or --line, or two files of"
                  + " results"
              : "give an experiment file or --kernel and --line, not both");
    }
    if ((resume || retry) && out.isEmpty() || retry && !resume) {
      throw SquallException.invalidInput(
          "--resume goes on with the file of --out, and --retry belongs to --resume");
    }
    pages.check();
    KernelCatalog catalog = KernelCatalog.load();
    Experiment experiment =
        files.isEmpty() ? matrix.ofOptions(catalog) : matrix.read(files.getFirst(), catalog);
    Machine machine = Machine.look(OptionalLong.empty());
    List<PlannedCell> cells =
        new Matrix(
                catalog,
                machine.devices(),
                new LearnedCostModel(LineArguments.history()),
                machine.memoryBytes(),
                Samples::directory)
            .cells(experiment);
    if (list || dryRun) {
      System.out.print(list ? CompareText.list(cells) : CompareText.dryRun(cells));
      return ExitCodes.GOOD;
    }
    ExperimentHeader header = header(experiment, machine, cells);
    Map<String, Cell> finished = new LinkedHashMap<>();
    if (out.isEmpty()) {
      print(JsonText.line(header));
      measure(cells, Set.of(), cell -> finished.put(cell.key(), cell), machine.devices());
      return report(header, finished.values());
    }
    try (CellFile file = CellFile.open(out.get(), header, resume)) {
      print(JsonText.line(file.header()));
      file.cells().values().forEach(cell -> print(JsonText.line(cell)));
      measure(cells, ExperimentRun.without(file.cells(), retry), file::add, machine.devices());
      return report(file.header(), file.cells().values());
    }
  }

  private void measure(
      List<PlannedCell> cells, Set<String> done, Consumer<Cell> sink, Devices devices) {
    try (Progress progress = new Progress(false)) {
      Consumer<Cell> told =
          cell -> {
            sink.accept(cell);
            progress.clear();
            tell(cell);
          };
      if (cluster.given()) {
        progress.show("%d cells on the cluster".formatted(cells.size() - done.size()));
        new ClusterCells(
                cluster.cluster(),
                CompareCellCommand.NAME,
                device -> cluster.resource(devices.select(device).getFirst().profile().kind()))
            .run(cells, done, told);
        return;
      }
      new ExperimentRun(
              CompareCommand::worker,
              (number, of, cell, what) ->
                  progress.show("%d of %d: %s: %s".formatted(number, of, cell.key(), what)))
          .run(cells, done, told);
    }
  }

  private void tell(Cell cell) {
    if (cell.state() == CellState.FAILED) {
      System.err.println(
          "squall: note: %s failed: %s"
              .formatted(cell.key(), cell.reason().replaceAll("\\s*\\R\\s*", " ")));
    }
    print(JsonText.line(cell));
  }

  private void print(String line) {
    if (json) {
      System.out.print(line);
      System.out.flush();
    }
  }

  /** A plan over all devices needs all engines; one device its own, which is found sooner. */
  static CellWorker worker(String device) {
    int colon = device.indexOf(':');
    return new ChildWorker(
        new ChildJvm(
            javaOptions(),
            Main.class.getName(),
            List.of(CompareWorkerCommand.NAME),
            Optional.empty(),
            colon < 0 ? Map.of() : Map.of(LocalEngines.VARIABLE, device.substring(0, colon))),
        CELL_LIMIT_SECONDS);
  }

  /** Those of this process, agents left out, and where it finds its files. */
  private static List<String> javaOptions() {
    List<String> options = new ArrayList<>(flags());
    options.add("-Dsquall.cache=" + UserFiles.cache().toAbsolutePath());
    String home = System.getProperty("squall.home");
    if (home != null) {
      options.add("-Dsquall.home=" + home);
    }
    return options;
  }

  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            option ->
                Stream.of("-javaagent", "-agent", "-Dsquall.home", "-Dsquall.cache")
                    .noneMatch(option::startsWith))
        .toList();
  }

  private ExperimentHeader header(Experiment experiment, Machine machine, List<PlannedCell> cells) {
    Map<String, String> definition = experiment.definition();
    Set<String> used = new LinkedHashSet<>(cells.stream().map(PlannedCell::device).toList());
    List<Device> devices =
        machine.devices().found().stream()
            .filter(device -> used.contains(device.qualifiedId()))
            .toList();
    return new ExperimentHeader(
        ExperimentHeader.SCHEMA,
        Experiment.hash(definition),
        definition,
        new Version().getVersion()[0].replace("squall ", ""),
        CommandText.of(spec),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        new ExperimentHeader.Environment(
            HostProcessor.ofThisMachine().model(),
            HostThreads.all().count(),
            machine.memoryBytes(),
            System.getProperty("os.name") + " " + System.getProperty("os.version"),
            System.getProperty("java.vendor") + " " + Runtime.version(),
            flags(),
            devices.stream().map(ExperimentHeader.DeviceLine::of).toList()));
  }

  private int report(ExperimentHeader header, Collection<Cell> cells) {
    outputs.write(header, cells);
    pages.write(header, cells, out, CommandText.of(spec));
    if (!json) {
      System.out.print(CompareText.terminal(header, cells));
    }
    for (Cell cell : cells) {
      Verdict verdict = cell.check().verdict();
      if (verdict == Verdict.WRONG || verdict == Verdict.MISTRUSTED) {
        throw new SquallException(
            ErrorClass.WRONG_RESULT, "%s is %s".formatted(cell.key(), cell.reason()));
      }
    }
    return cells.stream().anyMatch(cell -> cell.state() == CellState.FAILED)
        ? ExitCodes.FAILURE
        : ExitCodes.GOOD;
  }

  private int answers() {
    if (!(tolerance >= 0 && tolerance < 1) || !(confidence > 0 && confidence < 1)) {
      throw SquallException.invalidInput(
          "--tolerance is a share of 0 or more and --confidence one between 0 and 1, both below 1");
    }
    List<CellAnswer> answers =
        CellAnswer.all(
            CellFile.readExperiment(files.get(0)).cells(),
            CellFile.readExperiment(files.get(1)).cells(),
            tolerance,
            confidence);
    if (answers.isEmpty()) {
      throw SquallException.invalidInput("neither file holds a finished cell");
    }
    System.out.print(
        json ? JsonText.lines(answers) : CompareText.answers(answers, tolerance, confidence));
    return failOnSlower && CellAnswer.anyWorse(answers) ? ExitCodes.WRONG_RESULT : ExitCodes.GOOD;
  }
}
