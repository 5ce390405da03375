package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.xattention.ThresholdProfile;
import dev.squall.kernels.xattention.ThresholdProgramme;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.HeadThresholds;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds a threshold for each head of a model. */
@Command(
    name = "thresholds",
    mixinStandardHelpOptions = true,
    description = {
      "Find a threshold of XAttention for each head on a text, for prefill --thresholds: by the"
          + " profile rule (the share of estimated weight in blocks that are estimated at least as"
          + " high as the least of those needed), or by the dynamic programme, which lowers heads"
          + " one after another and asks the text's perplexity each time (a prefill for each head"
          + " and reduction).",
      ""
    })
final class ThresholdsCommand implements Callable<Integer> {
  private static final String PROFILE = "profile";
  private static final String PROGRAMME = "programme";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "smollm2, gemma3 (see squall model list), or a GGUF file.")
  private String model;

  @Mixin private TextArguments text;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The JSON file to write.")
  private Path out;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description = "profile or programme (${DEFAULT-VALUE}).")
  private String rule = PROFILE;

  @Option(
      names = "--share",
      description = "profile: share of the true weight to cover (${DEFAULT-VALUE}).")
  private double share = ThresholdProfile.SHARE;

  @Option(
      names = "--reductions",
      paramLabel = "M",
      description = "programme: how often a threshold is lowered (${DEFAULT-VALUE}).")
  private int reductions = 8;

  @Option(
      names = "--start",
      description = "programme: threshold of all heads to begin with (${DEFAULT-VALUE}).")
  private double start = ThresholdProgramme.START;

  @Option(
      names = "--factor",
      description = "programme: what a reduction multiplies by (${DEFAULT-VALUE}).")
  private double factor = ThresholdProgramme.FACTOR;

  @Option(names = "--stride", description = "Tokens of a group (${DEFAULT-VALUE}).")
  private int stride = 16;

  @Option(names = "--block", description = "Tokens of a block (${DEFAULT-VALUE}).")
  private int block = 128;

  @Option(
      names = "--estimate",
      paramLabel = "NAME",
      description = "logmeanexp or mean (${DEFAULT-VALUE}).")
  private String estimate = "logmeanexp";

  @Override
  public Integer call() {
    text.check();
    requireShare("--share", share);
    requireShare("--start", start);
    requireShare("--factor", factor);
    Ranges.requirePositive("--reductions", reductions);
    if (!rule.equals(PROFILE) && !rule.equals(PROGRAMME)) {
      throw SquallException.invalidInput(
          "--rule %s: expected %s or %s".formatted(rule, PROFILE, PROGRAMME));
    }
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = ModelArguments.decoder(model);
      int[] ids = text.ids(decoder);
      HeadThresholds found =
          rule.equals(PROFILE) ? profile(decoder, ids) : programme(decoder, ids, progress);
      AtomicFile.write(out, found.bytes());
      progress.clear();
      System.out.printf(
          Locale.ROOT,
          "%s: %s thresholds of %s on %d tokens, mean %.3f%n",
          out,
          rule,
          decoder.name(),
          ids.length,
          mean(found));
    }
    return ExitCodes.GOOD;
  }

  private static void requireShare(String option, double value) {
    if (!(value > 0 && value <= 1)) {
      throw SquallException.invalidInput(
          "%s = %s: expected a number above 0, at most 1".formatted(option, value));
    }
  }

  private static double mean(HeadThresholds found) {
    return found.layers().stream()
        .filter(layer -> layer != null)
        .flatMapToDouble(ThresholdsCommand::values)
        .average()
        .orElse(Double.NaN);
  }

  private static DoubleStream values(float[] layer) {
    double[] values = new double[layer.length];
    Arrays.setAll(values, head -> layer[head]);
    return Arrays.stream(values);
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("stride", Integer.toString(stride));
    parameters.put("block", Integer.toString(block));
    parameters.put("estimate", estimate);
    return parameters;
  }

  private HeadThresholds profile(Decoder decoder, int[] ids) {
    List<float[]> layers = emptyLayers(decoder);
    Prefill.run(
        decoder,
        ids,
        AttentionMethods.dense(),
        null,
        PrefillObserver.ofGlobalLayers(
            decoder.shape(),
            (layer, tensors, outcome) -> {
              Map<String, String> all = parameters();
              all.put("scale", Float.toString(tensors.shape().scale()));
              layers.set(
                  layer,
                  ThresholdProfile.of(tensors.q(), tensors.k(), all, share, HostThreads.all())
                      .toFloatArray());
            }),
        HostThreads.all());
    return new HeadThresholds(decoder.name(), PROFILE, parameters(), layers);
  }

  private static List<float[]> emptyLayers(Decoder decoder) {
    return new ArrayList<>(Arrays.asList(new float[decoder.shape().layers()][]));
  }

  private HeadThresholds programme(Decoder decoder, int[] ids, Progress progress) {
    int heads = decoder.shape().heads();
    int[] global = globalLayers(decoder);
    int[] asked = {0};
    List<ThresholdProgramme.Candidate> best =
        ThresholdProgramme.search(
            heads * global.length,
            reductions,
            start,
            factor,
            thresholds -> {
              progress.show("set %d".formatted(++asked[0]));
              return -perplexity(decoder, ids, layers(decoder, global, thresholds));
            });
    return layers(decoder, global, best.getLast().thresholds());
  }

  private static int[] globalLayers(Decoder decoder) {
    return IntStream.range(0, decoder.shape().layers())
        .filter(layer -> !decoder.shape().windowed(layer))
        .toArray();
  }

  private HeadThresholds layers(Decoder decoder, int[] global, float[] thresholds) {
    int heads = decoder.shape().heads();
    List<float[]> layers = emptyLayers(decoder);
    for (int i = 0; i < global.length; i++) {
      layers.set(global[i], Arrays.copyOfRange(thresholds, i * heads, (i + 1) * heads));
    }
    return new HeadThresholds(decoder.name(), PROGRAMME, parameters(), layers);
  }

  private static double perplexity(Decoder decoder, int[] ids, HeadThresholds thresholds) {
    PrefillAttention method =
        AttentionMethods.load().withThresholds("xattention", Map.of(), thresholds);
    PrefillResult result =
        Prefill.run(decoder, ids, method, null, PrefillObserver.none(), HostThreads.all());
    return VocabularyScores.of(decoder, ids, result.hidden(), HostThreads.all()).perplexity();
  }
}
