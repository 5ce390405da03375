package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedApproximation;
import dev.squall.kernels.seedlm.SeedFit;
import dev.squall.kernels.seedlm.SeedShape;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.model.tokenizer.Utf8Text;
import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.seedlm.Approximation;
import dev.squall.pipeline.seedlm.Comparison;
import dev.squall.pipeline.seedlm.CompressedModel;
import dev.squall.pipeline.seedlm.CompressedTensor;
import dev.squall.pipeline.seedlm.ErrorFeedback;
import dev.squall.pipeline.seedlm.GroupQuantizer;
import dev.squall.pipeline.seedlm.InputMoments;
import dev.squall.pipeline.seedlm.LinearLayers;
import dev.squall.pipeline.seedlm.Quality;
import dev.squall.pipeline.seedlm.SeedColumns;
import dev.squall.pipeline.seedlm.SentenceQuality;
import dev.squall.pipeline.seedlm.TextQuality;
import dev.squall.pipeline.seedlm.Texts;
import dev.squall.pipeline.seedlm.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares ways to store the matrices of a model. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Compare ways to store the linear layers of a model: bits, error of the weights, and what"
          + " becomes of the model: the cosine that embeddings of sentences keep (a folder with a"
          + " BERT sentence encoder), or the perplexity of a text (a decoder).",
      ""
    })
final class SeedlmCompareCommand implements Callable<Integer> {
  private static final int GROUP = 128;
  private static final String FEEDBACK = "+feedback";

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A folder, e.g. of all-MiniLM-L6-v2; or smollm2, gemma3 (see squall model list) or a GGUF"
              + " file.")
  private String model;

  @Option(
      names = "--compressed",
      paramLabel = "FILE",
      description = "Models that squall seedlm compress made of it; may be repeated.")
  private List<Path> compressed = List.of();

  @Option(
      names = "--method",
      split = ",",
      paramLabel = "NAME",
      description =
          "Ways to search here and now: bfp (block floating point, groups of 128, clipped for the"
              + " least error), rtn (round to nearest, groups of 128), joint (seeds), wide (seeds of"
              + " 18 bits with exponents of 2); bfp and joint with +feedback, by the moments of what"
              + " goes into a layer. Default: bfp,rtn.")
  private List<String> methods = List.of("bfp", "rtn");

  @Option(names = "--bits", description = "Bits of bfp, rtn and joint, 4 or 3 (${DEFAULT-VALUE}).")
  private int bits = 4;

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description =
          "Sentences, one a line; the first half measures activations, the second half is embedded."
              + " Default: 64 of our own.")
  private Path texts;

  @Option(names = "--text", paramLabel = "FILE", description = "A decoder's UTF-8 text.")
  private Path text;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Take the first N tokens of the text (${DEFAULT-VALUE}).")
  private int tokens = 2048;

  private final HostThreads threads = HostThreads.all();

  @Override
  public Integer call() {
    if (bits != 4 && bits != 3) {
      throw SquallException.invalidInput("--bits = " + bits + ": expected 4 or 3");
    }
    Path folder = Path.of(model);
    return Files.isDirectory(folder) ? compareEncoder(folder) : compareDecoder();
  }

  private int compareEncoder(Path folder) {
    List<String> sentences = texts == null ? Texts.shipped() : Texts.read(texts);
    List<String> seen = sentences.subList(0, sentences.size() / 2);
    List<String> held = sentences.subList(sentences.size() / 2, sentences.size());
    Weights weights = Weights.open(folder.resolve("model.safetensors"));
    SentenceEncoder encoder = SentenceEncoder.load(folder, weights.tensors());
    List<String> names = encoder.linearLayers();
    boolean feedback = methods.stream().anyMatch(method -> method.endsWith(FEEDBACK));
    InputMoments moments =
        InputMoments.of(encoder, feedback ? seen : List.of(), new HashSet<>(names));
    Quality quality = new SentenceQuality(folder, weights.tensors(), held);
    print(new Comparison(weights.tensors(), names, quality), weights, moments);
    System.out.printf(
        Locale.ROOT,
        "%n%d matrices; cosines over %d sentences, moments from %d others%n",
        names.size(),
        held.size(),
        seen.size());
    return ExitCodes.GOOD;
  }

  private int compareDecoder() {
    if (text == null) {
      throw SquallException.invalidInput("--text is missing: a decoder is judged by a text");
    }
    Ranges.requirePositive("--tokens", tokens);
    methods.stream()
        .filter(method -> method.endsWith(FEEDBACK))
        .forEach(
            method -> {
              throw SquallException.unsupported(
                  "--method = " + method + ": feedback is for sentence encoders");
            });
    Path file = new ModelStore(UserFiles.cache(), new Pip()).find(model);
    Weights weights = Weights.open(file);
    List<String> names =
        weights.tensors().keySet().stream().filter(LinearLayers.of(weights.tensors())).toList();
    int[] ids = Decoder.open(file).tokenizer().encode(Utf8Text.read(text, 0), false, tokens);
    Quality quality =
        new TextQuality(
            file, ids, AttentionMethods.load().method("dense", Map.of()), HostThreads.all());
    print(new Comparison(weights.tensors(), names, quality), weights, InputMoments.none());
    System.out.printf(Locale.ROOT, "%n%d matrices; %,d tokens%n", names.size(), ids.length);
    return ExitCodes.GOOD;
  }

  private void print(Comparison comparison, Weights weights, InputMoments moments) {
    List<String> header = new ArrayList<>(List.of("method", ">bits", ">error", ">worst matrix"));
    List<Quality.Figure> figures = comparison.quality().figures();
    figures.forEach(figure -> header.add(">" + figure.name()));
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (Approximation approximation : approximations(weights, moments)) {
      Comparison.Result result = comparison.with(approximation);
      List<String> row =
          new ArrayList<>(
              List.of(
                  result.method(),
                  number(3, result.bits()),
                  number(4, result.error()),
                  number(4, result.worst())));
      for (int i = 0; i < figures.size(); i++) {
        row.add(number(figures.get(i).digits(), result.quality()[i]));
      }
      table.row(row);
    }
    System.out.print(table.plain());
  }

  private static String number(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private List<Approximation> approximations(Weights weights, InputMoments moments) {
    List<Approximation> all = new ArrayList<>();
    all.add(
        new Approximation(
            "as it is", (name, matrix) -> weights.bits().get(name), (name, matrix) -> matrix));
    for (Path file : compressed) {
      CompressedModel seeds = CompressedModel.read(file);
      all.add(
          new Approximation(
              "seedlm " + seeds.notes().getOrDefault("seedlm.options", String.valueOf(file)),
              (name, matrix) -> tensor(seeds, file, name).seeds().bitsPerWeight(),
              (name, matrix) -> tensor(seeds, file, name).seeds().decode(threads)));
    }
    methods.forEach(method -> all.add(approximation(method, moments)));
    return all;
  }

  private static CompressedTensor tensor(CompressedModel model, Path file, String name) {
    CompressedTensor tensor = model.compressed().get(name);
    if (tensor == null) {
      throw SquallException.invalidInput(file + ": does not hold the matrix " + name);
    }
    return tensor;
  }

  private Approximation approximation(String method, InputMoments moments) {
    return switch (method) {
      case "bfp" -> groups("block floating point", GroupQuantizer.Clip.LEAST_ERROR);
      case "rtn" -> groups("round to nearest", GroupQuantizer.Clip.RANGE);
      case "joint" -> seeds("seeds, joint", stored());
      case "wide" -> seeds("seeds of 18 bits, joint", SeedShape.WIDE);
      case "bfp" + FEEDBACK -> groupsWithFeedback(moments);
      case "joint" + FEEDBACK -> seedsWithFeedback(moments);
      default ->
          throw SquallException.invalidInput(
              "--method = "
                  + method
                  + ": expected bfp, rtn, joint, wide, bfp+feedback or joint+feedback");
    };
  }

  private SeedShape stored() {
    return bits == 4 ? new SeedShape(16, 8, 3, -8, 7) : new SeedShape(16, 12, 4, -8, 7);
  }

  private Approximation groups(String name, GroupQuantizer.Clip clip) {
    GroupQuantizer quantizer = new GroupQuantizer(bits, GROUP, clip);
    return new Approximation(
        name,
        (tensor, matrix) -> quantizer.bitsPerWeight(),
        (tensor, matrix) -> quantizer.approximate(matrix, threads));
  }

  private Approximation groupsWithFeedback(InputMoments moments) {
    GroupQuantizer quantizer = new GroupQuantizer(bits, GROUP, GroupQuantizer.Clip.LEAST_ERROR);
    return new Approximation(
        "block floating point, feedback",
        (tensor, matrix) -> quantizer.bitsPerWeight(),
        (tensor, matrix) ->
            new ErrorFeedback(1, quantizer.columns((int) matrix.dim(0)), threads)
                .approximate(matrix, moments.of(tensor)));
  }

  private Approximation seeds(String name, SeedShape shape) {
    return new Approximation(
        name,
        (tensor, matrix) -> shape.bitsPerWeight(),
        (tensor, matrix) ->
            new SeedApproximation(shape, SeedFit.JOINT).of(matrix, threads, done -> {}));
  }

  /** Blocks must not reach from one row into the next. */
  private Approximation seedsWithFeedback(InputMoments moments) {
    SeedShape shape = stored();
    SeedApproximation seeds = new SeedApproximation(shape, SeedFit.JOINT);
    return new Approximation(
        "seeds, joint, feedback",
        (tensor, matrix) -> shape.bitsPerWeight(),
        (tensor, matrix) -> {
          if (matrix.dim(1) % shape.weights() != 0) {
            throw SquallException.invalidInput(
                "%s: %d columns are no whole blocks of %d, which feedback needs"
                    .formatted(tensor, matrix.dim(1), shape.weights()));
          }
          int shift = SeedApproximation.shift(matrix);
          return new ErrorFeedback(shape.weights(), SeedColumns.of(seeds, shift, threads), threads)
              .approximate(matrix, moments.of(tensor));
        });
  }
}
