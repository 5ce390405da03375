package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.attention.LayerAttention;
import dev.squall.pipeline.model.attention.MaskJudge;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import dev.squall.pipeline.report.RecallReport;
import dev.squall.pipeline.report.RecallText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds thresholds of XAttention against the recall that they obtain. */
@Command(
    name = "recall",
    mixinStandardHelpOptions = true,
    description = {
      "Run a text through a model with dense attention and hold XAttention's choice of blocks in"
          + " each layer against the true attention: recall and density of every head, exact over"
          + " all queries, beside the least blocks that hold the threshold by the true weight"
          + " (best). Shorter lengths are the text's beginning.",
      ""
    })
final class RecallCommand implements Callable<Integer> {
  private static final String BEST = "best";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "smollm2, gemma3 (see squall model list), or a GGUF file.")
  private String model;

  @Mixin private TextArguments text;

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "N",
      description = "Also judge the first N tokens, multiples of the block.")
  private List<Integer> lengths = List.of();

  @Option(
      names = "--estimate",
      split = ",",
      paramLabel = "NAME",
      description = "logmeanexp, mean or both (${DEFAULT-VALUE}).")
  private List<String> estimates = List.of("logmeanexp", "mean");

  @Option(
      names = "--threshold",
      split = ",",
      paramLabel = "T",
      description = "Shares of the attention weight to keep (${DEFAULT-VALUE}).")
  private List<Double> thresholds = List.of(0.95);

  @Option(names = "--stride", description = "Tokens of a group (${DEFAULT-VALUE}).")
  private int stride = 16;

  @Option(names = "--block", description = "Tokens of a block (${DEFAULT-VALUE}).")
  private int block = 128;

  @Option(
      names = "--margin",
      split = ",",
      paramLabel = "M",
      description = "Margins of logmeanexp for doubtful blocks (${DEFAULT-VALUE}).")
  private List<Double> margins = List.of(0.0);

  @Option(
      names = "--mask-sharing",
      paramLabel = "WHO",
      description =
          "A mask for each query head (head) or for all of a key head (group); ${DEFAULT-VALUE}.")
  private String maskSharing = "head";

  @Option(
      names = "--count-from",
      split = ",",
      paramLabel = "R",
      description = "Count the heads whose recall is at least R (${DEFAULT-VALUE}).")
  private List<Double> marks = List.of(0.935, 0.88);

  @Option(names = "--json", description = "Print one JSON line, with each head's figures.")
  private boolean json;

  /** One row of the report as it grows layer by layer. */
  private record Figures(List<double[]> recall, List<double[]> density) {
    void add(MaskJudge.Judgement judgement) {
      recall.add(judgement.recall());
      density.add(judgement.density());
    }

    RecallReport.Row row(Key key) {
      return new RecallReport.Row(
          key.estimate(), key.threshold(), key.tokens(), flat(recall), flat(density));
    }

    private static double[] flat(List<double[]> layers) {
      return layers.stream().flatMapToDouble(Arrays::stream).toArray();
    }
  }

  private record Key(String estimate, double threshold, int tokens) {}

  @Override
  public Integer call() throws JsonProcessingException {
    text.check();
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = ModelArguments.decoder(model);
      int[] ids = text.ids(decoder);
      List<Integer> all = new ArrayList<>(lengths);
      all.forEach(length -> requireLength(length, ids.length));
      all.removeIf(length -> length == ids.length);
      all.add(ids.length);
      Map<Key, Figures> figures = new LinkedHashMap<>();
      int count = decoder.shape().layers();
      Judge judge = new Judge(all, figures, HostThreads.all());
      Prefill.run(
          decoder,
          ids,
          AttentionMethods.dense(),
          null,
          PrefillObserver.ofGlobalLayers(
              decoder.shape(),
              (layer, tensors, outcome) -> {
                progress.show("layer %d of %d".formatted(layer + 1, count));
                judge.layer(tensors);
              }),
          HostThreads.all());
      progress.clear();
      RecallReport report =
          new RecallReport(
              decoder.name(),
              text.text().getFileName().toString(),
              text.skipped(),
              stride,
              block,
              judge.layers,
              decoder.shape().heads(),
              figures.entrySet().stream().map(it -> it.getValue().row(it.getKey())).toList());
      System.out.print(
          json ? RecallText.jsonLine(report, marks) : RecallText.terminal(report, marks));
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "the text needs more memory than the JVM has (%s); take fewer tokens (--tokens)"
              .formatted(e.getMessage()),
          e);
    }
    return ExitCodes.GOOD;
  }

  private void requireLength(int length, int tokens) {
    if (length < 1 || length > tokens || length % block != 0) {
      throw SquallException.invalidInput(
          "--lengths %d: expected multiples of the block %d up to the %d tokens of the text"
              .formatted(length, block, tokens));
    }
  }

  /** Judges layer after layer. */
  private final class Judge {
    private final List<Integer> tokens;
    private final Map<Key, Figures> figures;
    private final HostThreads threads;
    private final Map<Key, LayerAttention> methods = new LinkedHashMap<>();
    private int layers;

    Judge(List<Integer> tokens, Map<Key, Figures> figures, HostThreads threads) {
      this.tokens = tokens;
      this.figures = figures;
      this.threads = threads;
    }

    private void layer(AttentionTensors tensors) {
      if (layers++ == 0) {
        bind(tensors);
      }
      MaskJudge judge = MaskJudge.of(tensors, block, threads);
      methods.forEach(
          (key, method) -> {
            BlockMask mask = method.attend(threads).mask().orElseThrow();
            add(key.estimate(), key.threshold(), judge, mask::keeps);
          });
      thresholds.forEach(threshold -> add(BEST, threshold, judge, judge.best(threshold)));
    }

    /** The methods fill an output of their own, so that the layers after them stay dense. */
    private void bind(AttentionTensors dense) {
      AttentionTensors own = dense.withOwnOutput();
      for (String estimate : estimates) {
        for (double threshold : thresholds) {
          for (double margin : estimate.equals("mean") ? List.of(0.0) : margins) {
            Map<String, String> parameters =
                Map.of(
                    "estimate", estimate,
                    "threshold", Double.toString(threshold),
                    "stride", Integer.toString(stride),
                    "block", Integer.toString(block),
                    "mask_sharing", maskSharing,
                    "margin", Double.toString(margin));
            methods.put(
                new Key(margin > 0 ? estimate + " margin " + margin : estimate, threshold, 0),
                AttentionMethods.load().method("xattention", parameters).bind(own));
          }
        }
      }
    }

    private void add(String estimate, double threshold, MaskJudge judge, MaskJudge.Kept kept) {
      for (int length : tokens) {
        figures
            .computeIfAbsent(
                new Key(estimate, threshold, length),
                one -> new Figures(new ArrayList<>(), new ArrayList<>()))
            .add(judge.judge(kept, length));
      }
    }
  }
}
