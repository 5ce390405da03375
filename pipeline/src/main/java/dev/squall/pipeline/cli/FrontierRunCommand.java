package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.frontier.report.FrontierFiles;
import dev.squall.pipeline.frontier.report.SweepTable;
import dev.squall.pipeline.frontier.sweep.Experiment;
import dev.squall.pipeline.frontier.sweep.ModelIdentity;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Plan;
import dev.squall.pipeline.frontier.sweep.Settings;
import dev.squall.pipeline.frontier.sweep.Sweep;
import dev.squall.pipeline.frontier.sweep.SweepFile;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.model.tokenizer.Utf8Text;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a sweep. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Run every method at every budget and length on every task, and keep each finished cell in"
          + " DIR/cells.jsonl. The same command goes on where it was interrupted; with more"
          + " methods, lengths, tasks or samples it adds to what is there. Then as squall frontier"
          + " plot.",
      ""
    })
final class FrontierRunCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "smollm2, gemma3 (see squall model list), or a GGUF file.")
  private String model;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to keep it.")
  private Path out;

  @Option(
      names = "--methods",
      split = ",",
      description =
          "Methods of prefill: dense, xattention, vertical-slash, flexprefill, block-topk, grid"
              + " (dense,xattention,vertical-slash,flexprefill,block-topk).")
  private List<String> methods =
      List.of("dense", "xattention", "vertical-slash", "flexprefill", "block-topk");

  @Option(
      names = "--decode-methods",
      split = ",",
      description =
          "Methods of decoding: dense, quest, snapkv, ada-snapkv, window"
              + " (dense,quest,snapkv,ada-snapkv).")
  private List<String> decodeMethods = List.of("dense", "quest", "snapkv", "ada-snapkv");

  @Option(
      names = "--setting",
      paramLabel = "METHOD:NAME=VALUE/VALUE,…",
      description =
          "A method of prefill with parameters of its kernel, all combinations; repeatable.")
  private List<String> settings = List.of();

  @Option(
      names = "--decode-setting",
      paramLabel = "METHOD:budget=N/N,…",
      description = "A method of decoding with its parameters; repeatable.")
  private List<String> decodeSettings = List.of();

  @Option(
      names = "--sparsity",
      split = ",",
      description =
          "Shares to leave out, which become each method's budget by the study's tables; see squall"
              + " frontier budget (0.5,0.8,0.9).")
  private List<Double> sparsities = List.of(.5, .8, .9);

  @Option(
      names = "--thresholds",
      split = ",",
      description = "Of xattention, which has no sparsity to ask for (0.5,0.8,0.95).")
  private List<Double> thresholds = List.of(.5, .8, .95);

  @Option(names = "--lengths", split = ",", description = "Tokens of a prompt (1024,2048).")
  private List<Integer> lengths = List.of(1024, 2048);

  @Option(
      names = "--tasks",
      split = ",",
      description = "perplexity, needle, needles, variables, words, story; default: all.")
  private List<String> tasks = Task.labels();

  @Option(names = "--samples", description = "Exercises of each task (${DEFAULT-VALUE}).")
  private int samples = 10;

  @Option(names = "--seed", description = "Of all that is random (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "A UTF-8 text whose perplexity is taken; default: made-up sentences.")
  private Path text;

  @Option(
      names = "--decoded-tokens",
      description = "Last tokens of a text that decoding is scored on (${DEFAULT-VALUE}).")
  private int decodedTokens = 64;

  @Option(
      names = "--recall",
      description = "Measure recall too, in each method's first sample of a task and length.")
  private boolean recall;

  @Option(names = "--threads", description = "Threads to use; default: all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print one JSON line for each setting and length.")
  private boolean json;

  @Override
  public Integer call() {
    Ranges.requirePositive("--samples", samples);
    Ranges.requirePositive("--threads", threads);
    if (decodedTokens < 2) {
      throw SquallException.invalidInput(
          "--decoded-tokens = %d: expected 2 or more".formatted(decodedTokens));
    }
    sparsities.forEach(FrontierRunCommand::requireShare);
    thresholds.forEach(it -> Ranges.requirePositive("--thresholds", it));
    lengths.forEach(it -> Ranges.requirePositive("--lengths", it));
    Plan plan = plan();
    OutputFolder.prepare(out);
    String words = text == null ? null : Utf8Text.read(text, 0);
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Path modelFile = new ModelStore(UserFiles.cache(), new Pip()).find(model);
      Decoder decoder = Decoder.open(modelFile);
      Experiment experiment =
          ModelIdentity.experiment(
              modelName(), modelFile, decoder, version(), seed, words, decodedTokens);
      Path file = out.resolve(FrontierFiles.CELLS);
      try (SweepFile cells = SweepFile.open(file, experiment)) {
        Sweep sweep =
            new Sweep(decoder, plan, seed, words, decodedTokens, cells, HostThreads.of(threads));
        sweep.check();
        sweep.run(progress::show);
      }
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "the sweep needs more memory than the JVM has (%s); take shorter --lengths"
              .formatted(e.getMessage()),
          e);
    }
    SweepTable table = FrontierFiles.read(List.of(out));
    FrontierPlotCommand.report(table, out, json);
    return ExitCodes.GOOD;
  }

  private static void requireShare(double sparsity) {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw SquallException.invalidInput(
          "--sparsity %s: expected a share of 0 or more, below 1".formatted(sparsity));
    }
  }

  private Plan plan() {
    Settings all = new Settings(sparsities, thresholds);
    all.methods(Phase.PREFILL, given(methods));
    settings.forEach(it -> all.setting(Phase.PREFILL, it));
    all.methods(Phase.DECODE, given(decodeMethods));
    decodeSettings.forEach(it -> all.setting(Phase.DECODE, it));
    return Plan.of(lengths, all, Plan.tasks(given(tasks)), samples, recall);
  }

  /** An empty word is no name: {@code --methods ""} asks for none. */
  private static List<String> given(List<String> names) {
    return names.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
  }

  private String modelName() {
    Path name = Path.of(model).getFileName();
    return name == null ? model : name.toString();
  }

  private static String version() {
    return new Version().getVersion()[0].replace("squall ", "");
  }
}
