package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import dev.squall.pipeline.modm.sim.Embeddings;
import dev.squall.pipeline.modm.sim.ImageModel;
import dev.squall.pipeline.modm.sim.LexicalEmbedder;
import dev.squall.pipeline.modm.sim.SentenceEmbedder;
import dev.squall.pipeline.modm.sim.TextEmbedder;
import dev.squall.pipeline.modm.sim.Trace;
import dev.squall.pipeline.modm.sim.TraceCsv;
import dev.squall.pipeline.modm.sim.TraceMaker;
import dev.squall.pipeline.modm.sim.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say where requests and their embeddings are from. */
final class ModmSource {
  @Option(
      names = "--trace",
      paramLabel = "FILE.csv",
      description = "Requests: columns time (seconds) and prompt. Made up where left out.")
  private Path trace;

  @Option(
      names = "--embeddings",
      paramLabel = "FILE.npy",
      description = "Text embeddings of the trace's prompts, f32[requests, width], length 1.")
  private Path embeddings;

  @Option(
      names = "--sentence-model",
      paramLabel = "FOLDER",
      description =
          "A sentence encoder, e.g. all-MiniLM-L6-v2, that embeds the prompts; by default texts are"
              + " compared by the words they share.")
  private Path sentenceModel;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Phrases, one a line, popular ones first, that made prompts consist of; default: those"
              + " that squall modm prompts has fetched, else numbered words.")
  private Path prompts;

  @Option(
      names = "--kind",
      description = "Sessions of made traces: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private TraceMaker.Kind kind = TraceMaker.Kind.DIFFUSIONDB;

  @Option(names = "--requests", description = "Requests of made traces (${DEFAULT-VALUE}).")
  private int requests = 20_000;

  @Option(names = "--seed", description = "Seed of all that is random (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--image-similarity",
      paramLabel = "UNRELATED,OWN,SPREAD",
      split = ",",
      arity = "1",
      description =
          "Model of images: CLIP similarity to an unrelated prompt, to their own, and the spread of"
              + " the latter (0.1,0.2855,0.03).")
  private List<Double> images = List.of();

  long seed() {
    return seed;
  }

  /** Requests of a made trace. */
  int requests() {
    return requests;
  }

  boolean made() {
    return trace == null;
  }

  /** What goes into the key of a result beside the scenario. */
  String key() {
    return "trace=%s embeddings=%s encoder=%s prompts=%s kind=%s requests=%d seed=%d images=%s"
        .formatted(
            stamp(trace),
            stamp(embeddings),
            stamp(sentenceModel),
            stamp(phraseFile()),
            kind,
            requests,
            seed,
            images);
  }

  /** A file as it is now: another content is another run. */
  private static String stamp(Path file) {
    try {
      return file == null || !Files.exists(file)
          ? String.valueOf(file)
          : "%s:%d:%s".formatted(file, Files.size(file), Files.getLastModifiedTime(file));
    } catch (IOException e) {
      return file.toString();
    }
  }

  private Path phraseFile() {
    return prompts != null ? prompts : ModmPromptsCommand.file();
  }

  Trace trace() {
    if (trace != null) {
      return TraceCsv.read(trace);
    }
    Ranges.requirePositive("--requests", requests);
    return maker(kind).make(requests);
  }

  TraceMaker maker(TraceMaker.Kind of) {
    Path file = phraseFile();
    if (prompts == null && !Files.exists(file)) {
      return TraceMaker.synthetic(of, seed);
    }
    return new TraceMaker(
        "semi-synthetic: phrases of " + file.getFileName(), phrases(file), of, seed);
  }

  private static List<String> phrases(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(l -> !l.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "--prompts %s: cannot be read as UTF-8 text (%s)"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  /** What embeds prompts for which there are no embeddings. */
  TextEmbedder embedder() {
    return sentenceModel == null
        ? new LexicalEmbedder()
        : new SentenceEmbedder(
            String.valueOf(sentenceModel.toAbsolutePath().normalize().getFileName()),
            SentenceEncoder.load(sentenceModel));
  }

  Workload workload(Trace of) {
    if (embeddings != null && sentenceModel != null) {
      throw SquallException.invalidInput(
          "--embeddings and --sentence-model: give one, the other has no use");
    }
    Embeddings vectors =
        embeddings == null
            ? embedder().embed(of.prompts())
            : Embeddings.read(embeddings, of.size());
    return new Workload(of, vectors, imageModel(), HostThreads.all());
  }

  ImageModel imageModel() {
    if (images.isEmpty()) {
      return ImageModel.published(seed);
    }
    if (images.size() != 3) {
      throw SquallException.invalidInput(
          "--image-similarity: %d numbers, expected UNRELATED,OWN,SPREAD".formatted(images.size()));
    }
    return new ImageModel(images.get(0), images.get(1), images.get(2), seed);
  }
}
