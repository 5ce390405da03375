package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.HeadFigures;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.KeyValueCache;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import dev.squall.pipeline.report.PrefillReport;
import dev.squall.pipeline.report.PrefillText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a text through a model and reports speed, perplexity, density and recall. */
@Command(
    name = "prefill",
    mixinStandardHelpOptions = true,
    description = {
      "Run a text through a model and report tokens/s, perplexity, and density and recall of each"
          + " layer and head. Perplexity is e to the mean of -ln p(token | all tokens before it)"
          + " over all tokens but the first.",
      ""
    })
final class PrefillCommand implements Callable<Integer> {
  private static final int FIRST_IDS = 8;

  @Mixin private ModelArguments arguments;

  @Mixin private TextArguments text;

  @Option(
      names = "--batch",
      paramLabel = "FOLDER",
      description =
          "Every file of a folder, one after another or on a cluster, in place of --text; a line"
              + " each.")
  private Path batch;

  @Mixin private ClusterArguments cluster;

  @Spec private CommandSpec spec;

  @Option(names = "--no-recall", description = "Do not measure recall, which takes some seconds.")
  private boolean noRecall;

  @Option(names = "--no-perplexity", description = "Do not score the text.")
  private boolean noPerplexity;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description =
          "Read the text in chunks of N tokens, each behind the cached keys and values of those"
              + " before it; for dense, xattention and xattention-groups.")
  private Optional<Integer> chunk = Optional.empty();

  @Option(names = "--json", description = "Print one JSON line.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    chunk.ifPresent(count -> Ranges.requirePositive("--chunk", count));
    if (batch != null) {
      return batch();
    }
    text.check();
    if (cluster.given()) {
      throw SquallException.invalidInput("--spark runs the documents of a batch: give --batch");
    }
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = arguments.decoder();
      int[] ids = text.ids(decoder);
      PrefillAttention attention = arguments.attention(decoder, ids);
      PrefillReport report = report(decoder, ids, attention, progress);
      progress.clear();
      System.out.print(json ? PrefillText.jsonLine(report) : PrefillText.terminal(report));
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "the text needs more memory than the JVM has (%s); take fewer tokens (--tokens)"
              .formatted(e.getMessage()),
          e);
    }
    return ExitCodes.GOOD;
  }

  private int batch() throws JsonProcessingException {
    if (text.text() != null) {
      throw SquallException.invalidInput("--batch and --text exclude each other");
    }
    text.checkExtent();
    PrefillBatch documents = new PrefillBatch(batch, json);
    if (cluster.given()) {
      List<String> words = spec.root().commandLine().getParseResult().originalArgs();
      return documents.run(
          cluster.cluster(), ClusterArguments.without(words, Set.of("--batch"), Set.of("--json")));
    }
    try (Progress progress = new Progress(false)) {
      progress.show("reading the model");
      Decoder decoder = arguments.decoder();
      return documents.run(
          document -> {
            int[] ids = text.ids(decoder, document);
            PrefillAttention attention = arguments.attention(decoder, ids);
            PrefillReport report = report(decoder, ids, attention, progress);
            progress.clear();
            return PrefillText.jsonLine(report);
          });
    }
  }

  private PrefillReport report(
      Decoder decoder, int[] ids, PrefillAttention attention, Progress progress) {
    HostThreads threads = HostThreads.all();
    int count = decoder.shape().layers();
    LayerFigures figures = new LayerFigures(decoder.shape());
    KeyValueCache cache = chunk.isEmpty() ? null : new KeyValueCache(decoder.shape(), ids.length);
    PrefillResult result =
        Prefill.run(
            decoder,
            ids,
            chunk.orElse(ids.length),
            attention,
            cache,
            (layer, tensors, outcome) -> {
              progress.show("layer %d of %d".formatted(layer + 1, count));
              HeadFigures recall =
                  noRecall ? HeadFigures.unknown(decoder.shape().heads()) : outcome.recall();
              figures.add(layer, tensors.shape(), outcome.density(), recall);
            },
            threads);
    progress.show("scoring");
    long start = System.nanoTime();
    double perplexity =
        noPerplexity
            ? Double.NaN
            : VocabularyScores.of(decoder, ids, result.hidden(), threads).perplexity();
    double scoringSeconds = (System.nanoTime() - start) * 1e-9;
    return new PrefillReport(
        decoder.name(),
        attention.name(),
        attention.parameters(),
        Arrays.copyOf(ids, Math.min(FIRST_IDS, ids.length)),
        ids.length,
        threads.count(),
        result.seconds(),
        result.attentionSeconds(),
        scoringSeconds,
        perplexity,
        figures.layers(),
        arguments.note());
  }
}
