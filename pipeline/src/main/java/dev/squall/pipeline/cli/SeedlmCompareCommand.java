package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedApproximation;
import dev.squall.kernels.seedlm.SeedFit;
import dev.squall.kernels.seedlm.SeedShape;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.seedlm.Approximation;
import dev.squall.pipeline.seedlm.Comparison;
import dev.squall.pipeline.seedlm.CompressedModel;
import dev.squall.pipeline.seedlm.CompressedTensor;
import dev.squall.pipeline.seedlm.ErrorFeedback;
import dev.squall.pipeline.seedlm.GroupQuantizer;
import dev.squall.pipeline.seedlm.InputMoments;
import dev.squall.pipeline.seedlm.SeedColumns;
import dev.squall.pipeline.seedlm.Texts;
import dev.squall.pipeline.seedlm.Weights;
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

/** Compares ways to store a sentence encoder's matrices. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Compare ways to store the linear layers of a sentence encoder (a folder with a BERT model):"
          + " bits, error of the weights, and the cosine that embeddings of sentences keep.",
      ""
    })
final class SeedlmCompareCommand implements Callable<Integer> {
  private static final int GROUP = 128;
  private static final String FEEDBACK = "+feedback";

  @Parameters(paramLabel = "FOLDER", description = "The model, e.g. all-MiniLM-L6-v2.")
  private Path folder;

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

  private final HostThreads threads = HostThreads.all();

  @Override
  public Integer call() {
    if (bits != 4 && bits != 3) {
      throw SquallException.invalidInput("--bits = " + bits + ": expected 4 or 3");
    }
    List<String> sentences = texts == null ? Texts.shipped() : Texts.read(texts);
    List<String> seen = sentences.subList(0, sentences.size() / 2);
    List<String> held = sentences.subList(sentences.size() / 2, sentences.size());
    Map<String, Tensor> weights = Weights.open(folder.resolve("model.safetensors")).tensors();
    SentenceEncoder encoder = SentenceEncoder.load(folder, weights);
    List<String> names = encoder.linearLayers();
    boolean feedback = methods.stream().anyMatch(method -> method.endsWith(FEEDBACK));
    InputMoments moments =
        InputMoments.of(encoder, feedback ? seen : List.of(), new HashSet<>(names));
    Comparison comparison = new Comparison(folder, weights, names, held);
    float[][] before = comparison.before();
    TextTable table =
        new TextTable("method", ">bits", ">error", ">worst matrix", ">cosine", ">lowest cosine");
    for (Approximation approximation : approximations(moments)) {
      Comparison.Result result = comparison.with(approximation, before);
      table.row(
          List.of(
              result.method(),
              number(3, result.bits()),
              number(4, result.error()),
              number(4, result.worst()),
              number(5, result.cosine()),
              number(5, result.lowest())));
    }
    System.out.print(table.plain());
    System.out.printf(
        Locale.ROOT,
        "%n%d matrices; cosines over %d sentences, moments from %d others%n",
        names.size(),
        held.size(),
        seen.size());
    return ExitCodes.GOOD;
  }

  private static String number(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private List<Approximation> approximations(InputMoments moments) {
    List<Approximation> all = new ArrayList<>();
    for (Path file : compressed) {
      CompressedModel model = CompressedModel.read(file);
      all.add(
          new Approximation(
              "seedlm " + model.notes().getOrDefault("seedlm.options", String.valueOf(file)),
              matrix -> bits(model),
              (name, matrix) -> tensor(model, file, name).seeds().decode(threads)));
    }
    methods.forEach(method -> all.add(approximation(method, moments)));
    return all;
  }

  private static double bits(CompressedModel model) {
    double bits = 0;
    double elements = 0;
    for (CompressedTensor tensor : model.compressed().values()) {
      bits += tensor.seeds().bitsPerWeight() * tensor.seeds().elements();
      elements += tensor.seeds().elements();
    }
    return bits / elements;
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
        matrix -> quantizer.bitsPerWeight(),
        (tensor, matrix) -> quantizer.approximate(matrix, threads));
  }

  private Approximation groupsWithFeedback(InputMoments moments) {
    GroupQuantizer quantizer = new GroupQuantizer(bits, GROUP, GroupQuantizer.Clip.LEAST_ERROR);
    return new Approximation(
        "block floating point, feedback",
        matrix -> quantizer.bitsPerWeight(),
        (tensor, matrix) ->
            new ErrorFeedback(1, quantizer.columns((int) matrix.dim(0)), threads)
                .approximate(matrix, moments.of(tensor)));
  }

  private Approximation seeds(String name, SeedShape shape) {
    return new Approximation(
        name,
        matrix -> shape.bitsPerWeight(),
        (tensor, matrix) ->
            new SeedApproximation(shape, SeedFit.JOINT).of(matrix, threads, done -> {}));
  }

  /** Blocks must not reach from one row into the next. */
  private Approximation seedsWithFeedback(InputMoments moments) {
    SeedShape shape = stored();
    SeedApproximation seeds = new SeedApproximation(shape, SeedFit.JOINT);
    return new Approximation(
        "seeds, joint, feedback",
        matrix -> shape.bitsPerWeight(),
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
