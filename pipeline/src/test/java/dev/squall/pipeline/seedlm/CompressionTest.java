package dev.squall.pipeline.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedFit;
import dev.squall.kernels.seedlm.SeedTensor;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressionTest {
  private static final int SEEDS = 300;

  @TempDir private Path folder;

  private Path out() {
    return folder.resolve("out.safetensors");
  }

  private static Weights model() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("layer.0.dense.weight", normal(1, ElementType.F32, 67, 65));
    tensors.put("layer.0.dense.bias", normal(2, ElementType.F32, 67));
    tensors.put("layer.1.dense.weight", normal(3, ElementType.BF16, 64, 64));
    tensors.put("word_embeddings.weight", normal(4, ElementType.F32, 64, 64));
    return new Weights(tensors, Map.of("about", "a test"), Map.of());
  }

  private static Tensor normal(long seed, ElementType type, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) (.03 * random.nextGaussian()));
    }
    return RealNumbers.cast(tensor, type);
  }

  private CompressedModel compress(int bits, Recorder recorder) {
    Weights model = model();
    return new Compression(bits, SEEDS, SeedFit.JOINT, HostThreads.all())
        .run(model, LinearLayers.of(model.tensors()), out(), recorder);
  }

  /** Remembers, and stops the run at a tensor as a signal would. */
  private static final class Recorder implements Compression.Progress {
    private final String stopAt;
    private final List<String> resumed = new ArrayList<>();
    private final List<String> searched = new ArrayList<>();
    private long done;
    private long all;

    private Recorder(String stopAt) {
      this.stopAt = stopAt;
    }

    @Override
    public synchronized void show(String tensor, long doneNow, long allNow, long searchedNow) {
      if (tensor.equals(stopAt)) {
        throw new IllegalStateException("stopped");
      }
      if (!searched.contains(tensor)) {
        searched.add(tensor);
      }
      done = Math.max(done, doneNow);
      all = allNow;
    }

    @Override
    public void resumed(String tensor) {
      resumed.add(tensor);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 3})
  void whatIsReadIsWhatWasWritten(int bits) {
    Recorder recorder = new Recorder(null);
    CompressedModel written = compress(bits, recorder);
    assertThat(recorder.all).isEqualTo(67 * 65 + 64 * 64);
    assertThat(recorder.done).isEqualTo(recorder.all);
    CompressedModel read = CompressedModel.read(out());
    assertThat(read.compressed().keySet())
        .containsExactly("layer.0.dense.weight", "layer.1.dense.weight");
    assertThat(read.kept().keySet())
        .containsExactly("layer.0.dense.bias", "word_embeddings.weight");
    assertThat(read.notes()).containsEntry("about", "a test");
    Map<String, Tensor> weights = read.decompress(HostThreads.all());
    assertThat(weights.get("layer.1.dense.weight").type()).isEqualTo(ElementType.BF16);
    Weights model = model();
    for (String name : read.compressed().keySet()) {
      CompressedTensor tensor = read.compressed().get(name);
      assertThat(
              tensor
                  .seeds()
                  .words()
                  .data()
                  .mismatch(written.compressed().get(name).seeds().words().data()))
          .isEqualTo(-1);
      assertThat(tensor.seeds().bitsPerWeight()).isCloseTo(bits, Offset.offset(.02));
      Tensor original = model.tensors().get(name);
      double error = 0;
      double all = 0;
      for (long i = 0; i < original.elements(); i++) {
        double w = original.asDouble(i);
        error += Math.pow(w - weights.get(name).asDouble(i), 2);
        all += w * w;
      }
      // BF16 rounds the decoded weights by up to 2⁻⁹ once more.
      assertThat(Math.sqrt(error / all)).isCloseTo(tensor.error(), Offset.offset(2e-4));
      double[] blocks = tensor.seeds().blockErrors(original, HostThreads.all());
      assertThat(blocks).hasSize((int) tensor.seeds().blocks());
    }
    assertThat(
            weights
                .get("layer.0.dense.bias")
                .data()
                .mismatch(model.tensors().get("layer.0.dense.bias").data()))
        .isEqualTo(-1);
    assertThat(folder.resolve("out.safetensors.parts")).doesNotExist();
  }

  @Test
  void aRunThatWasCutOffGoesOn() throws IOException {
    assertThatThrownBy(() -> compress(4, new Recorder("layer.1.dense.weight")))
        .hasMessage("stopped");
    assertThat(out()).doesNotExist();
    Recorder second = new Recorder(null);
    compress(4, second);
    assertThat(second.resumed).containsExactly("layer.0.dense.weight");
    assertThat(second.searched).containsExactly("layer.1.dense.weight");
    byte[] resumed = Files.readAllBytes(out());
    compress(4, new Recorder(null));
    assertThat(Files.readAllBytes(out())).isEqualTo(resumed);
  }

  /** Other options, other weights or damage: searched anew. */
  @Test
  void partsOfAnotherRunAreNotTaken() throws IOException {
    Path part = folder.resolve("out.safetensors.parts/00000.safetensors");
    assertThatThrownBy(() -> compress(4, new Recorder("layer.1.dense.weight")));
    byte[] good = Files.readAllBytes(part);
    Recorder three = new Recorder("layer.1.dense.weight");
    assertThatThrownBy(() -> compress(3, three)).hasMessage("stopped");
    assertThat(three.resumed).isEmpty();
    good[good.length - 5] ^= 1;
    Files.write(part, good);
    Recorder damaged = new Recorder(null);
    compress(4, damaged);
    assertThat(damaged.resumed).isEmpty();
  }

  /** Any flipped bit, of words, of what was kept or of the header, is one line and nothing else. */
  @Test
  void damageIsFound() throws IOException {
    compress(4, new Recorder(null));
    byte[] good = Files.readAllBytes(out());
    SplittableRandom random = new SplittableRandom(6);
    for (int trial = 0; trial < 300; trial++) {
      byte[] bad = good.clone();
      int at = trial < 100 ? trial * 30 : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(out(), bad);
      try {
        CompressedModel.read(out());
        // Only text that describes the origin is not covered.
        assertThat(at).as("seed 6, trial %d, byte %d", trial, at).isLessThan(4000);
      } catch (SquallException e) {
        assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
    byte[] bad = good.clone();
    bad[bad.length - 1] ^= 1;
    Files.write(out(), bad);
    assertThatThrownBy(() -> CompressedModel.read(out()))
        .hasMessageContaining("tensor word_embeddings.weight is damaged: checksum");
  }

  @Test
  void otherFilesAreRefused() {
    SafetensorsWriter.write(out(), Map.of("w", Tensor.of(new float[] {1}, 1)), Map.of());
    assertThatThrownBy(() -> CompressedModel.read(out()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("not a compressed model");
    assertThatThrownBy(() -> Weights.open(Path.of("none.gguf")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("none.gguf: ");
    assertThatThrownBy(() -> new Compression(5, SEEDS, SeedFit.JOINT, HostThreads.all()))
        .hasMessage("bits = 5: expected 4 or 3");
    Weights model = model();
    assertThatThrownBy(
            () ->
                new Compression(4, SEEDS, SeedFit.JOINT, HostThreads.all())
                    .run(model, name -> false, out(), new Recorder(null)))
        .hasMessageContaining("no tensor of the model was chosen");
  }

  @Test
  void numbersAreRoundedToTheNearest() {
    float[] values = {1, -2.5f, 1.00390625f, 1.01171875f, 3.0e38f, 1e-39f, 0.1f};
    Tensor numbers = Tensor.of(values, values.length);
    for (ElementType type : List.of(ElementType.BF16, ElementType.F16, ElementType.F64)) {
      Tensor cast = RealNumbers.cast(numbers, type);
      assertThat(cast.asDouble(0)).isEqualTo(1);
      assertThat(cast.asDouble(1)).isEqualTo(-2.5);
    }
    Tensor brain = RealNumbers.cast(numbers, ElementType.BF16);
    // Halves between neighbours 2⁻⁷ apart go to the even one.
    assertThat(brain.asDouble(2)).isEqualTo(1);
    assertThat(brain.asDouble(3)).isEqualTo(1.015625);
    assertThat(brain.asDouble(6)).isEqualTo(0.10009765625);
  }

  @Test
  void wordsAndShapeBelongTogether() {
    Tensor words = Tensor.of(new int[] {1, 1}, 2);
    assertThat(new SeedTensor("4bit", words, 1, List.of(3L, 5L)).elements()).isEqualTo(15);
    assertThatThrownBy(() -> new SeedTensor("4bit", words, 1, List.of(3L, 6L)))
        .hasMessage("4bit words of a tensor [3, 6]: expected i32[3], got i32[2]");
    assertThatThrownBy(
            () -> new SeedTensor("4bit", Tensor.of(new int[] {1, 0}, 2), 1, List.of(16L)))
        .hasMessageContaining("state 0 in block 1");
  }

  @Test
  void whatIsALinearLayer() {
    Tensor matrix = Tensor.allocate(ElementType.F32, 64, 64);
    for (String name :
        List.of("encoder.layer.0.output.dense.weight", "model.layers.1.mlp.up_proj.weight")) {
      assertThat(LinearLayers.of(Map.of(name, matrix)).test(name)).as(name).isTrue();
    }
    for (String name :
        List.of(
            "embeddings.word_embeddings.weight",
            "model.embed_tokens.weight",
            "transformer.wte.weight",
            "lm_head.weight",
            "final_norm.weight")) {
      assertThat(LinearLayers.of(Map.of(name, matrix)).test(name)).as(name).isFalse();
    }
    Tensor small = Tensor.allocate(ElementType.F32, 8, 8);
    assertThat(LinearLayers.of(Map.of("a.weight", small)).test("a.weight")).isFalse();
  }

  @Test
  void theContainerIsOrdinarySafetensors() {
    compress(4, new Recorder(null));
    SafetensorsFile file = SafetensorsFile.open(out());
    assertThat(file.names())
        .containsExactly(
            "layer.0.dense.weight.seedlm",
            "layer.1.dense.weight.seedlm",
            "layer.0.dense.bias",
            "word_embeddings.weight");
    assertThat(file.metadata()).containsEntry("format", "squall-seedlm-1");
  }

  @Test
  void linearLayersAreChosenByName() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> linear =
        List.of(
            "blk.0.attn_output.weight",
            "blk.0.ffn_down.weight",
            "encoder.layer.0.attention.output.dense.weight",
            "model.layers.0.self_attn.q_proj.weight");
    List<String> others =
        List.of(
            "token_embd.weight",
            "output.weight",
            "lm_head.weight",
            "model.embed_tokens.weight",
            "embeddings.word_embeddings.weight",
            "transformer.wte.weight");
    Tensor matrix = Tensor.allocate(ElementType.F32, 64, 64);
    linear.forEach(name -> tensors.put(name, matrix));
    others.forEach(name -> tensors.put(name, matrix));
    assertThat(tensors.keySet().stream().filter(LinearLayers.of(tensors)))
        .containsExactlyElementsOf(linear);
  }
}
