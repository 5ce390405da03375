package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelRunCommandTest {
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int TOKENS = 37;
  private static final int SIZE = 8;

  @TempDir private Path folder;
  private Tensor q;
  private Tensor k;
  private Tensor v;

  @BeforeEach
  void writeTensors() {
    SplittableRandom random = new SplittableRandom(71);
    q = normal(random, HEADS, TOKENS, SIZE);
    k = normal(random, KEY_HEADS, TOKENS, SIZE);
    v = normal(random, KEY_HEADS, TOKENS, SIZE);
    NpyFile.write(file("q"), q);
    NpyFile.write(file("k"), k);
    NpyFile.write(file("v"), v);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "simd", "tiles", "loops", "reference"})
  void denseAttentionOnFiles(String variant) throws IOException {
    CommandRun run =
        attention("--variant", variant, "--out", "o=" + file("o"), "--json", "--device", "host");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output().lines()).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(run.output());
    assertThat(line.get("kernel").asText()).isEqualTo("attention.dense");
    assertThat(line.get("verdict").asText()).isEqualTo("PASSED");
    assertThat(line.get("device").asText()).isEqualTo("host");
    assertThat(line.get("engine").asText()).isEqualTo("jvm");
    assertThat(line.get("shapes").get("o").toString()).isEqualTo("[4,37,8]");
    assertThat(line.get("wall_milliseconds").asDouble()).isPositive();
    assertThat(line.get("max_error").asDouble()).isLessThan(line.get("tolerance").asDouble());
    if (!variant.equals("auto")) {
      assertThat(line.get("variant").asText()).isEqualTo(variant);
    }
    Tensor o = NpyFile.read(file("o"));
    for (int head = 0; head < HEADS; head++) {
      for (int row = 0; row < TOKENS; row++) {
        double[] expected = attentionRow(head, row);
        for (int d = 0; d < SIZE; d++) {
          assertThat((double) o.f32((head * TOKENS + row) * SIZE + d))
              .isCloseTo(expected[d], within(1e-5));
        }
      }
    }
  }

  @Test
  void aMaskMayBeBool() {
    Tensor mask = Tensor.allocate(ElementType.BOOL, HEADS, 3, 3);
    for (int i = 0; i < mask.elements(); i++) {
      mask.i8(i, (byte) 1);
    }
    NpyFile.write(file("mask"), mask);
    CommandRun run =
        run(
            "attention.block_sparse",
            "--in",
            "q=" + file("q"),
            "--in",
            "k=" + file("k"),
            "--in",
            "v=" + file("v"),
            "--in",
            "mask=" + file("mask"),
            "--param",
            "block=16",
            "--json");
    assertThat(run.errors()).isEmpty();
    assertThat(run.output()).contains("\"density\":1.0", "\"recall\":");
  }

  @Test
  void seedsDecodeToTheGoldenWeights() {
    // State 29717, coefficients −1, 4, −2, exponent −7 (seed-systems O: decode).
    int word = 29717 | (-7 + 8) << 16 | (-1 & 15) << 20 | 4 << 24 | (-2 & 15) << 28;
    NpyFile.write(file("words"), Tensor.of(new int[] {word}, 1));
    CommandRun run =
        run("seedlm.decode", "--in", "words=" + file("words"), "--out", "w=" + file("w"));
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    float[] expected = {
      .017396981f, .005103982f, -.019870411f, -.001507567f,
      .020319844f, .001563597f, -.020313168f, .006250095f
    };
    assertThat(NpyFile.read(file("w")).toFloatArray()).containsExactly(expected, within(2e-9f));
  }

  @Test
  void badInputsAreOneLineAndLeaveNothing() throws IOException {
    NpyFile.write(file("short"), normal(new SplittableRandom(1), KEY_HEADS, TOKENS - 1, SIZE));
    NpyFile.write(file("flat"), normal(new SplittableRandom(1), TOKENS, SIZE));
    NpyFile.write(file("odd"), normal(new SplittableRandom(1), 3, TOKENS, SIZE));
    Tensor broken = k.copy();
    broken.f32(8, Float.POSITIVE_INFINITY);
    NpyFile.write(file("broken"), broken);
    NpyFile.write(file("wide"), Tensor.allocate(ElementType.F64, KEY_HEADS, TOKENS, SIZE));
    byte[] whole = Files.readAllBytes(file("k"));
    Files.write(file("cut"), java.util.Arrays.copyOf(whole, whole.length - 5));
    List<String> before = names();

    refused(2, "v has L = 36, but q has L = 37", withKeys("k", "v", "short"));
    refused(2, "input k must have shape [Hk,L,D], got f32[37, 8]", withKeys("flat", "v", "v"));
    refused(
        2, "query heads H = 4 are not a multiple of key heads Hk = 3", withKeys("odd", "v", "odd"));
    refused(2, "input k has Infinity at [0, 1, 0]", withKeys("broken", "v", "v"));
    refused(2, "input k must be f32, got f64[2, 37, 8]", withKeys("wide", "v", "v"));
    refused(2, "cut.npy", withKeys("cut", "v", "v"));
    refused(2, "absent.npy", withKeys("absent", "v", "v"));
    refused(
        2,
        "input v f32[Hk,L,D] is missing",
        "attention.dense",
        "--in",
        "q=" + file("q"),
        "--in",
        "k=" + file("k"));
    refused(2, "no input named mask", all("--in", "mask=" + file("v")));
    refused(2, "no output named y", all("--out", "y=" + file("y")));
    refused(2, "unknown parameter stride", all("--param", "stride=8"));
    refused(2, "parameter causal = maybe: expected true or false", all("--param", "causal=maybe"));
    refused(2, "no variant named fast", all("--variant", "fast"));
    refused(3, "no device named nvidia", all("--device", "nvidia"));
    refused(2, "no folder", all("--out", "o=" + folder.resolve("none/o.npy")));
    refused(2, "no kernel named attention.none", "attention.none", "--out", "o=" + file("o"));
    assertThat(names()).isEqualTo(before);
  }

  @Test
  void aRefusedVariantIsUnsupported() {
    Tensor mask = Tensor.allocate(ElementType.U8, HEADS, 4, 4);
    NpyFile.write(file("mask"), mask);
    refused(
        2,
        "UNSUPPORTED",
        "attention.block_sparse",
        "--in",
        "q=" + file("q"),
        "--in",
        "k=" + file("k"),
        "--in",
        "v=" + file("v"),
        "--in",
        "mask=" + file("mask"),
        "--param",
        "block=10",
        "--variant",
        "tiles");
  }

  @Test
  void kernelsAreListedWithPortsAndParameters() throws IOException {
    CommandRun text = CommandRun.of(folder.resolve("cache"), "kernel", "list");
    assertThat(text.output())
        .contains("attention.dense", "q f32[H,L,D]", "xattention.scores", "stride = 8")
        .contains("thresholds f32[H]?");
    CommandRun json = CommandRun.of(folder.resolve("cache"), "kernel", "list", "--json");
    List<String> ids = new ArrayList<>();
    for (String line : json.output().lines().toList()) {
      ids.add(new ObjectMapper().readTree(line).get("id").asText());
    }
    assertThat(ids)
        .contains(
            "attention.dense",
            "attention.block_sparse",
            "xattention.scores",
            "xattention.block_mass",
            "xattention.select",
            "xattention.prefill",
            "mamba.selective_scan",
            "mamba.conv1d",
            "ouromamba.quantize",
            "ouromamba.linear",
            "ouromamba.scan",
            "seedlm.decode");
  }

  private void refused(int exitCode, String complaint, String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.errorLines()).as(run.errors()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: ").contains(complaint);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).as(complaint).isEqualTo(exitCode);
  }

  private CommandRun attention(String... more) {
    return run(all(more));
  }

  private String[] all(String... more) {
    return Stream.concat(
            Stream.of(
                "attention.dense",
                "--in",
                "q=" + file("q"),
                "--in",
                "k=" + file("k"),
                "--in",
                "v=" + file("v")),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private String[] withKeys(String keys, String port, String values) {
    return new String[] {
      "attention.dense",
      "--in",
      "q=" + file("q"),
      "--in",
      "k=" + file(keys),
      "--in",
      port + "=" + file(values),
      "--out",
      "o=" + file("o")
    };
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        folder.resolve("cache"),
        Stream.concat(Stream.of("kernel", "run"), Stream.of(arguments)).toArray(String[]::new));
  }

  private Path file(String name) {
    return folder.resolve(name + ".npy");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Causal attention of one row, straight from its definition. */
  private double[] attentionRow(int head, int row) {
    double[] weights = new double[row + 1];
    double total = 0;
    int keyHead = head / (HEADS / KEY_HEADS);
    for (int key = 0; key <= row; key++) {
      double logit = 0;
      for (int d = 0; d < SIZE; d++) {
        logit +=
            (double) q.f32((head * TOKENS + row) * SIZE + d)
                * k.f32((keyHead * TOKENS + key) * SIZE + d);
      }
      weights[key] = Math.exp(logit / Math.sqrt(SIZE));
      total += weights[key];
    }
    double[] output = new double[SIZE];
    for (int key = 0; key <= row; key++) {
      for (int d = 0; d < SIZE; d++) {
        output[d] += weights[key] / total * v.f32((keyHead * TOKENS + key) * SIZE + d);
      }
    }
    return output;
  }

  private static Tensor normal(SplittableRandom random, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }
}
