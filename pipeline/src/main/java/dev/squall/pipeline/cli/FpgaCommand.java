package dev.squall.pipeline.cli;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.NoSuchDeviceException;
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.fpga.build.BitstreamBuilder;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.io.TensorFiles;
import dev.squall.pipeline.line.DefaultLine;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.line.LineOptions;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.CycleText;
import dev.squall.pipeline.report.Environment;
import dev.squall.pipeline.report.Report;
import dev.squall.pipeline.report.ReportData;
import dev.squall.pipeline.report.ReportText;
import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.MemoryCheck;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import dev.squall.pipeline.seedlm.CycleModel;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.KnownStack;
import dev.squall.profiles.DeviceKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Bitstreams, and the line's stages on the FPGA that loads them. */
@Command(
    name = "fpga",
    mixinStandardHelpOptions = true,
    subcommands = {FpgaCommand.Build.class, FpgaCommand.Run.class},
    description = {
      "FPGA emulation: bitstreams from kernel bundles, and the stages that matter on an FPGA on"
          + " them.",
      ""
    })
final class FpgaCommand {
  private FpgaCommand() {}

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description = {
        "Make a bitstream (.aocx) of every FPGA kernel bundle, with a manifest. What is there and"
            + " still right is kept. The engines look in the user's cache folder.",
        ""
      })
  static final class Build implements Callable<Integer> {
    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "Where to put them instead of the user's cache folder.")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() {
      try (Progress progress = new Progress(false)) {
        progress.show("compiling bitstreams");
        Path folder = out.orElseGet(() -> BitstreamStore.ofCache(UserFiles.cache()));
        BitstreamBuilder.Result result =
            BitstreamBuilder.build(
                BitstreamBuilder.stack(DriverStacks.find(UserFiles.cache())), folder);
        progress.clear();
        TextTable table = new TextTable("bitstream", "entry point", "sha256", "device");
        for (Bitstream bitstream : result.store().all()) {
          table.row(
              List.of(
                  bitstream.file(),
                  bitstream.entryPoint(),
                  bitstream.sha256().substring(0, 16),
                  bitstream.device().name() + ", driver " + bitstream.device().driver()));
        }
        System.out.print(table.plain());
        System.out.printf(
            "%n%d bitstreams, %d compiled now, in %s%n",
            result.store().all().size(), result.compiled(), folder);
        if (!result.failures().isEmpty()) {
          throw new SquallException(
              ErrorClass.COMPILE,
              "%d bundles give no bitstream: %s"
                  .formatted(result.failures().size(), String.join("; ", result.failures())));
        }
        return ExitCodes.GOOD;
      }
    }
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = {
        "Run the line's FPGA stages on the emulated FPGA, through OpenCL and, where an SDK is"
            + " installed, through live TornadoVM, and verify them. Emulated times mean nothing.",
        ""
      })
  static final class Run implements Callable<Integer> {
    private static final double REFERENCE_OPERATIONS = 6e8;

    private static final String MATVEC = "matvec";

    /** Columns of the sample's matrix. */
    private static final int COLUMNS = 512;

    /** What an FPGA is for: streams, integers and small state. */
    private static final List<String> STAGES =
        List.of("scores", "quantize", "scan", "scan-f32", "decode", MATVEC);

    private static final List<String> ENGINES =
        List.of(OpenClEngines.NAME, TornadoEngines.OPENCL_NAME);

    @Option(
        names = {"-i", "--input"},
        paramLabel = "FILE",
        description = "Tensors to run on, as squall run takes them. Default: the samples.")
    private List<Path> inputs = List.of();

    @Option(
        names = "--stages",
        split = ",",
        paramLabel = "NAME",
        description = "Stages to run (${DEFAULT-VALUE}).",
        defaultValue = "scores,quantize,scan,scan-f32,decode,matvec")
    private List<String> stages = STAGES;

    @Option(
        names = "--engine",
        split = ",",
        paramLabel = "NAME",
        description = "opencl, tornado; default: all that are here.")
    private List<String> engines = ENGINES;

    @Option(
        names = "--seed",
        description = "Seed of the rows that are compared with the reference (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "Write report (md, json, csv) and results (npy) there, a folder an engine.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--json", description = "Print the reports as JSON lines.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      try (Progress progress = new Progress(false)) {
        progress.show("reading tensors");
        Line line = line();
        Machine machine = Machine.look(OptionalLong.empty());
        List<Device> devices = devices(machine);
        Verdict worst = Verdict.PASSED;
        for (Device device : devices) {
          Report report = run(line, machine, device, progress);
          progress.clear();
          if (!json) {
            System.out.printf("%s on %s%n%n", device.engine(), device.name());
          }
          System.out.print(json ? ReportData.jsonLines(report) : ReportText.terminal(report));
          System.out.print(json ? "" : System.lineSeparator());
          worst = report.worst() == Verdict.PASSED ? worst : report.worst();
        }
        if (!json && stages.contains(MATVEC)) {
          Stage matvec = line.graph().stage(MATVEC);
          System.out.println("What the paper's FPGA would take for seeds times a vector:\n");
          System.out.print(CycleText.of(CycleModel.PAPER));
          System.out.print(
              CycleText.line(
                  CycleModel.PAPER, matvec.sizes().extent("M"), matvec.sizes().extent("K")));
        }
        return worst == Verdict.PASSED ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
      }
    }

    private Line line() {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Path file : inputs.isEmpty() ? List.of(Samples.directory()) : inputs) {
        TensorFiles.read(file)
            .forEach(
                (name, tensor) -> {
                  if (tensors.put(name, tensor) != null) {
                    throw SquallException.invalidInput("two inputs hold a tensor " + name);
                  }
                });
      }
      if (stages.contains(MATVEC)) {
        tensors.putIfAbsent("vector", vector());
      }
      return DefaultLine.build(
          KernelCatalog.load(),
          tensors,
          new LineOptions(stages, Optional.empty(), Map.of(), Map.of()));
    }

    /** For the seeds of the sample, which come without a vector. */
    private Tensor vector() {
      SplittableRandom random = new SplittableRandom(seed);
      float[] values = new float[COLUMNS];
      for (int i = 0; i < COLUMNS; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return Tensor.of(values, COLUMNS);
    }

    private List<Device> devices(Machine machine) {
      List<Device> devices =
          machine.devices().found().stream()
              .filter(device -> engines.contains(device.engine()))
              .filter(device -> ENGINES.contains(device.engine()))
              .filter(
                  device ->
                      device.profile().kind() == DeviceKind.EMULATOR
                          || device.profile().kind() == DeviceKind.FPGA)
              .toList();
      if (devices.isEmpty()) {
        throw new NoSuchDeviceException(
            "no FPGA device through %s; %s"
                .formatted(String.join(", ", engines), KnownStack.FPGA_EMULATOR.remedy()));
      }
      return devices;
    }

    private Report run(Line line, Machine machine, Device device, Progress progress) {
      Plan plan =
          new Planner(machine.devices(), new ProfileCostModel())
              .plan(
                  line.graph(),
                  new Wishes(Optional.of(device.qualifiedId()), Map.of()),
                  Wishes.none());
      MemoryCheck.require(plan, machine.memoryBytes());
      RunResult result =
          new Executor(
                  machine.devices(),
                  Repetition.exactly(1),
                  stage -> progress.show("running %s on %s".formatted(stage, device.qualifiedId())))
              .run(plan, line.tensors());
      Verifier verifier = new Verifier(REFERENCE_OPERATIONS, seed, HostThreads.all());
      Map<String, Comparison> comparisons = new LinkedHashMap<>();
      for (StageResult stage : result.stages()) {
        progress.show("verifying " + stage.stage().name());
        comparisons.put(
            stage.stage().name(),
            verifier.verify(stage.stage().kernel(), stage.call(), device.engine()));
      }
      Report report =
          Report.of(
              Environment.here(
                  CommandText.of(spec),
                  HostProcessor.ofThisMachine().model(),
                  HostThreads.all().count()),
              result,
              comparisons,
              List.of());
      if (out.isPresent()) {
        Path folder = out.get().resolve(device.engine());
        OutputFolder.prepare(folder);
        new OutputFolder(folder).write(report, result);
      }
      return report;
    }
  }
}
