package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import dev.squall.pipeline.testing.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedlmCommandTest {
  @TempDir private Path folder;
  private Path model;
  private Path small;

  @BeforeEach
  void writeModel() {
    model = folder.resolve("model.safetensors");
    small = folder.resolve("small.safetensors");
    Tensor weights = Tensor.allocate(ElementType.F32, 64, 80);
    SplittableRandom random = new SplittableRandom(8);
    for (long i = 0; i < weights.elements(); i++) {
      weights.f32(i, (float) (.1 * random.nextGaussian()));
    }
    SafetensorsWriter.write(model, Map.of("a.weight", weights), Map.of());
  }

  private CommandRun run(Object... words) {
    String[] arguments = new String[words.length + 1];
    arguments[0] = "seedlm";
    for (int i = 0; i < words.length; i++) {
      arguments[i + 1] = words[i].toString();
    }
    return CommandRun.of(folder, arguments);
  }

  @Test
  void thereAndBack() {
    CommandRun compressed = run("compress", model, "--seeds", "200", "--out", small);
    assertThat(compressed.errors()).isEmpty();
    assertThat(compressed.exitCode()).isZero();
    assertThat(compressed.output())
        .contains("a.weight  64×80  4.000")
        .contains("1 tensors, 5,120 weights at 4.000 bits; 0 tensors of 0 numbers as they were");
    CommandRun inspected = run("inspect", small, "--against", model);
    assertThat(inspected.exitCode()).isZero();
    assertThat(inspected.output())
        .contains("a.weight", "exponent  blocks", "relative error of a block");
    Path back = folder.resolve("back.safetensors");
    assertThat(run("decompress", small, "--out", back).exitCode()).isZero();
    assertThat(SafetensorsFile.open(back).tensor("a.weight").shape()).containsExactly(64, 80);
  }

  @Test
  void badInputIsOneLine() throws Exception {
    assertUsage(run("compress", model, "--bits", "5", "--out", small), "bits = 5: expected 4 or 3");
    assertUsage(run("compress", model, "--seeds", "0", "--out", small), "seeds = 0: expected 1 to");
    assertUsage(run("compress", model, "--fit", "x", "--out", small), "--fit = x: expected joint");
    assertUsage(run("compress", model, "--only", "(", "--out", small), "no regular expression");
    assertUsage(run("compress", model, "--only", "b", "--out", small), "no tensor of the model");
    assertUsage(run("inspect", model), "not a compressed model");
    assertThat(small).doesNotExist();
    assertThat(run("compress", model, "--seeds", "9", "--out", small, "-q").output()).isEmpty();
    byte[] bytes = Files.readAllBytes(small);
    bytes[bytes.length - 9] ^= 4;
    Files.write(small, bytes);
    assertUsage(run("decompress", small, "--out", model), "tensor a.weight is damaged: checksum");
  }

  private static void assertUsage(CommandRun run, String message) {
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: INVALID_INPUT: ").contains(message);
  }

  @Test
  void modelledCyclesStandBesidePublishedRatios() {
    CommandRun run = run("model-cycles");
    assertThat(run.exitCode()).isZero();
    assertThat(run.output().lines().filter(line -> line.strip().startsWith("2048")))
        .singleElement()
        .asString()
        .contains("131400", "33104", "3.97", "3.98", "-0.3 %");
    assertThat(run.output()).contains("nothing was measured");
  }

  private static double perplexity(CommandRun run) {
    assertThat(run.errors()).isEmpty();
    return Double.parseDouble(run.output().replaceAll("(?s).*\"perplexity\":([0-9.]+).*", "$1"));
  }

  private CommandRun prefill(Path gguf, Path text, Object... more) {
    List<String> words =
        new ArrayList<>(
            List.of("prefill", "--model", gguf.toString(), "--text", text.toString(), "--json"));
    Stream.of(more).map(Object::toString).forEach(words::add);
    return CommandRun.of(folder, words.toArray(String[]::new));
  }

  /** From GGUF into seeds, and the model run with these. */
  @Test
  void decodersAreCompressedAndRun() throws Exception {
    Path gguf = Files.write(folder.resolve("tiny.gguf"), TinyModel.llama(4).bytes());
    Path text = Files.writeString(folder.resolve("text.txt"), "The tide follows the moon.\n");
    CommandRun compressed = run("compress", gguf, "--seeds", "500", "--out", small);
    assertThat(compressed.errors()).isEmpty();
    assertThat(compressed.output())
        .contains("blk.5.ffn_down.weight")
        .doesNotContain("token_embd")
        .contains(" tensors, 258,048 weights at 4.000 bits");
    double own = perplexity(prefill(gguf, text));
    double seeds = perplexity(prefill(gguf, text, "--weights", small));
    assertThat(seeds).isBetween(.5 * own, 2 * own).isNotEqualTo(own);
    Path back = folder.resolve("back.safetensors");
    assertThat(run("decompress", small, "--out", back).exitCode()).isZero();
    assertThat(perplexity(prefill(gguf, text, "--weights", back))).isEqualTo(seeds);
    CommandRun compared =
        run("compare", gguf, "--text", text, "--compressed", small, "--method", "bfp,rtn");
    assertThat(compared.errors()).isEmpty();
    assertThat(compared.output())
        .contains("as it is", "%.4f".formatted(own), "%.4f".formatted(seeds), "round to nearest");
    assertUsage(run("compare", gguf), "--text is missing");
    assertUsage(run("compare", gguf, "--text", text, "--tokens", "0"), "--tokens = 0");
    assertUsage(prefill(gguf, text, "--weights", model), "has no tensor \"a.weight\"");
  }
}
