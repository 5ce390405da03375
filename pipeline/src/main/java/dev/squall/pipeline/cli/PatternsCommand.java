package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.PatternPlan;
import dev.squall.pipeline.model.attention.PatternSearch;
import dev.squall.pipeline.model.attention.Segments;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds a pattern for each head and pair of modalities. */
@Command(
    name = "patterns",
    mixinStandardHelpOptions = true,
    description = {
      "Find MMInference's pattern for each head and pair of modalities on a text of labelled"
          + " segments, among patterns of equal cost, by the error of the output against dense"
          + " attention; for prefill --plan. No vision-language weights are at hand: segments of a"
          + " mixed text stand in for modalities.",
      ""
    })
final class PatternsCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "smollm2, gemma3 (see squall model list), or a GGUF file.")
  private String model;

  @Mixin private TextArguments text;

  @Option(
      names = "--segments",
      required = true,
      paramLabel = "FILE",
      description = "{\"segments\": [{\"modality\": 0, \"bytes\": 1200}, …, {\"modality\": 1}]}")
  private Path segments;

  @Option(
      names = "--density",
      description = "Share of the visible pairs that a pattern may keep (${DEFAULT-VALUE}).")
  private double density = 0.25;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The JSON file to write.")
  private Path out;

  @Override
  public Integer call() {
    text.check();
    if (!(density > 0 && density <= 1)) {
      throw SquallException.invalidInput(
          "--density = " + density + ": expected a number above 0, at most 1");
    }
    Segments labels = Segments.read(segments);
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = ModelArguments.decoder(model);
      int[] ids = text.ids(decoder);
      Tensor modality = labels.modality(decoder.tokenizer(), ids);
      PatternSearch search =
          new PatternSearch(density, modality, labels.modalities(), HostThreads.all());
      int count = decoder.shape().layers();
      List<PatternPlan.Layer> layers = new ArrayList<>(Arrays.asList(new PatternPlan.Layer[count]));
      Prefill.run(
          decoder,
          ids,
          AttentionMethods.dense(),
          null,
          PrefillObserver.ofGlobalLayers(
              decoder.shape(),
              (layer, tensors, outcome) -> {
                progress.show("layer %d of %d".formatted(layer + 1, count));
                layers.set(layer, search.layer(tensors));
              }),
          HostThreads.all());
      AtomicFile.write(out, new PatternPlan(decoder.name(), density, layers).bytes());
      progress.clear();
      System.out.printf(
          Locale.ROOT,
          "%s: patterns of %s on %d tokens of %d modalities, mean error of a layer %.4f%n%s%n",
          out,
          decoder.name(),
          ids.length,
          labels.modalities(),
          layers.stream()
              .filter(layer -> layer != null)
              .mapToDouble(PatternPlan.Layer::error)
              .average()
              .orElse(Double.NaN),
          Segments.NOTE);
    }
    return ExitCodes.GOOD;
  }
}
