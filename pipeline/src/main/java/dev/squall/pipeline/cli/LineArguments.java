package dev.squall.pipeline.cli;

import dev.squall.kernels.KernelCatalog;
import dev.squall.pipeline.line.Line;
import dev.squall.pipeline.line.LineOptions;
import dev.squall.pipeline.line.Lines;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that {@code run} and {@code plan} share: which line, on which tensors, where. */
final class LineArguments {
  @Option(
      names = "--line",
      paramLabel = "NAME",
      description = {
        "default, or a line that mixes attention and Mamba: hybrid-text (attention, quantize, scan,"
            + " mamba on q k v delta a b c [d]) or hybrid-vision (mamba, attention on u delta a b c"
            + " [d])."
      })
  private String lineName = Lines.DEFAULT;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE",
      description = {
        "Tensors to run on: a .safetensors, .npz or .npy file or a folder of them; several times"
            + " for several. Names: q k v (attention), u delta a b c [d] (scan), words (SeedLM),"
            + " each alone or after a prefix and a dot. Default: the samples."
      })
  private List<Path> inputs = List.of();

  @Option(
      names = "--prefix",
      paramLabel = "NAME",
      description = "Prefix of the tensors to use, e.g. layers.12, where a file holds several.")
  private Optional<String> prefix = Optional.empty();

  @Option(
      names = "--stages",
      split = ",",
      paramLabel = "NAME",
      description = {
        "Stages to run, with what they need: scores, mass, select, attention, dense, quantize,"
            + " scan, scan-f32, decode. Default: all that the tensors allow."
      })
  private List<String> stages = List.of();

  @Option(
      names = "--device",
      paramLabel = "[STAGE=]ID",
      description = "Device for all stages or for one; auto lets the planner choose.")
  private List<String> devices = List.of();

  @Option(
      names = "--variant",
      paramLabel = "[STAGE=]NAME",
      description = "Variant for all stages or for one: simd, tiles, loops, host, reference.")
  private List<String> variants = List.of();

  @Option(
      names = "--threshold",
      description = "Share of the estimated attention to keep, in (0, 1] (0.9).")
  private Optional<String> threshold = Optional.empty();

  @Option(
      names = "--stride",
      description = "Stride of the antidiagonal scores; divides the block (16).")
  private Optional<String> stride = Optional.empty();

  @Option(names = "--block", description = "Tokens of an attention block (128).")
  private Optional<String> block = Optional.empty();

  @Option(
      names = "--param",
      paramLabel = "STAGE.NAME=VALUE",
      description = "Any parameter of a stage, e.g. scores.estimate=mean.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Mixin private PlanGoal goal;

  @Option(
      names = "--memory",
      paramLabel = "GIB",
      description = "Memory that the run may use (what is free).")
  private Optional<Double> memoryGibibytes = Optional.empty();

  String lineName() {
    return lineName;
  }

  Machine machine() {
    return Machine.look(memoryLimit());
  }

  OptionalLong memoryLimit() {
    memoryGibibytes.ifPresent(value -> Ranges.requirePositive("--memory", value));
    return memoryGibibytes.isPresent()
        ? OptionalLong.of((long) (memoryGibibytes.get() * (1L << 30)))
        : OptionalLong.empty();
  }

  /** Reads the tensors and builds the line. */
  Line line() {
    List<Path> files = inputs.isEmpty() ? List.of(Samples.directory()) : inputs;
    LineOptions options = new LineOptions(stages, prefix, common(), parameters);
    return Lines.build(lineName, KernelCatalog.load(), files, options);
  }

  /**
   * What is asked of the plan.
   *
   * @param runs how often the line will run
   */
  Request request(Line line, double runs) {
    return goal.request(
        Wishes.parse("--device", devices, line.graph()),
        Wishes.parse("--variant", variants, line.graph()),
        runs);
  }

  /** The recorded times; says on stderr if some were damaged. */
  static History history() {
    History history = History.read(UserFiles.history());
    if (history.damaged() > 0) {
      System.err.println(
          "squall: note: %s: %d damaged %s passed over, the rest is kept"
              .formatted(
                  history.file(),
                  history.damaged(),
                  history.damaged() == 1 ? "line is" : "lines are"));
    }
    return history;
  }

  private Map<String, String> common() {
    Map<String, String> values = new LinkedHashMap<>();
    stride.ifPresent(value -> values.put("stride", value));
    block.ifPresent(value -> values.put("block", value));
    threshold.ifPresent(value -> values.put("threshold", value));
    return values;
  }
}
