package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.KernelRunText;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.MemoryCheck;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one kernel on tensors from files and verifies it. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Run one kernel on tensors from .npy files, compare it with the double-precision reference"
          + " and write its outputs.",
      ""
    })
final class KernelRunCommand implements Callable<Integer> {
  private static final double REFERENCE_OPERATIONS = 2e9;

  @Parameters(paramLabel = "ID", description = "The kernel; see squall kernel list.")
  private String id;

  @Option(names = "--in", paramLabel = "PORT=FILE.npy", description = "Input tensors.")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "PORT=FILE.npy",
      description = "Where to write outputs; written only if the verdict is good.")
  private Map<String, Path> outputs = new LinkedHashMap<>();

  @Option(names = "--param", paramLabel = "NAME=VALUE", description = "Parameters.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(names = "--device", defaultValue = "auto", description = "Device (auto).")
  private String device = "auto";

  @Option(names = "--variant", defaultValue = "auto", description = "Variant (auto).")
  private String variant = "auto";

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Timed runs beyond the first (${DEFAULT-VALUE}).")
  private int repeat = 0;

  @Option(names = "--json", description = "Print one JSON line.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Ranges.requireNotNegative("--repeat", repeat);
    Kernel kernel = KernelCatalog.load().kernel(id);
    requireWritable(kernel);
    Map<String, Tensor> tensors = PortFiles.read(kernel, inputs);
    StageGraph graph = graph(kernel, tensors);
    Machine machine = Machine.look(OptionalLong.empty());
    Plan plan =
        new Planner(machine.devices(), new LearnedCostModel(History.read(UserFiles.history())))
            .plan(
                graph,
                new Wishes(Optional.of(device), Map.of()),
                new Wishes(Optional.of(variant), Map.of()));
    MemoryCheck.require(plan, machine.memoryBytes());
    RunResult run =
        new Executor(machine.devices(), Repetition.exactly(repeat), stage -> {}).run(plan, tensors);
    StageResult result = run.stages().getFirst();
    Comparison comparison =
        result.compare(new Verifier(REFERENCE_OPERATIONS, 1, HostThreads.all()));
    if (comparison.verdict() != Verdict.PASSED && comparison.verdict() != Verdict.CAPTURED) {
      throw new SquallException(
          ErrorClass.WRONG_RESULT,
          "%s (%s) is %s: %s"
              .formatted(
                  kernel.id(), result.used().label(), comparison.verdict(), comparison.detail()));
    }
    outputs.forEach((port, file) -> NpyFile.write(file, result.call().out(port)));
    System.out.print(
        json ? KernelRunText.jsonLine(run, comparison) : KernelRunText.terminal(run, comparison));
    return ExitCodes.GOOD;
  }

  private StageGraph graph(Kernel kernel, Map<String, Tensor> tensors) {
    StageGraph.Builder graph = new StageGraph.Builder();
    Map<String, Source> sources = new LinkedHashMap<>();
    tensors.forEach(
        (port, tensor) -> {
          graph.external(port, TensorType.of(tensor));
          sources.put(port, new Source.External(port));
        });
    return graph.stage(kernel.id(), kernel, sources, parameters).build();
  }

  /** Finds out before the run what would spoil it at the end. */
  private void requireWritable(Kernel kernel) {
    Map<Path, String> ports = new HashMap<>();
    outputs.forEach(
        (port, file) -> {
          kernel.signature().output(port);
          Path target = file.toAbsolutePath().normalize();
          if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw SquallException.invalidInput(
                "--out %s: %s exists and is not a regular file".formatted(port, file));
          }
          if (!Files.isDirectory(target.getParent())) {
            throw SquallException.invalidInput(
                "--out %s: no folder %s".formatted(port, target.getParent()));
          }
          String other = ports.put(target, port);
          if (other != null) {
            throw SquallException.invalidInput(
                "--out %s and --out %s are the same file %s".formatted(other, port, file));
          }
        });
  }
}
