package dev.squall.pipeline.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodeMethodsTest {
  private static final HostThreads THREADS = HostThreads.of(2);
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int SIZE = 32;

  /** The sums of matrix rows may be taken in another order once they are compiled. */
  private static final Offset<Float> CLOSE = within(1e-4f);

  @TempDir private Path folder;

  private Decoder decoder(boolean gemma) throws IOException {
    TinyModel model = gemma ? TinyModel.gemma(5) : TinyModel.llama(6);
    return Decoder.open(Files.write(folder.resolve("it.gguf"), model.bytes()));
  }

  private static Tensor random(int heads, int tokens, long seed) {
    Tensor tensor = Tensor.allocate(ElementType.F32, heads, tokens, SIZE);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }

  private static AttentionTensors prompt(int tokens) {
    return new AttentionTensors(
        new AttentionShape(HEADS, KEY_HEADS, tokens, SIZE, true, 0.2f),
        random(HEADS, tokens, 1),
        random(KEY_HEADS, tokens, 2),
        random(KEY_HEADS, tokens, 3),
        random(HEADS, tokens, 4));
  }

  private static TreeSet<Integer> tokens(
      DecodeKeys method, KeyValueCache cache, int head, int keys) {
    int[] runs = new int[2 * method.maxRuns(keys)];
    int count = method.runs(0, head, new float[SIZE], cache, keys, runs);
    TreeSet<Integer> seen = new TreeSet<>();
    int end = -1;
    for (int run = 0; run < count; run++) {
      assertThat(runs[2 * run]).isGreaterThan(end).isLessThan(runs[2 * run + 1]);
      end = runs[2 * run + 1];
      IntStream.range(runs[2 * run], end).forEach(seen::add);
    }
    assertThat(end).isEqualTo(keys);
    return seen;
  }

  private static Call kernel(String id, Map<String, Tensor> inputs, Map<String, String> texts) {
    Kernel kernel = KernelCatalog.load().kernel(id);
    Call call = Call.of(kernel, inputs, texts);
    // The double-precision reference itself: not the code that decoding runs.
    for (long unit = 0; unit < kernel.reference().units(call.sizes()); unit++) {
      kernel
          .reference()
          .compute(
              call,
              unit,
              (port, index, value, magnitude) -> {
                if (call.out(port).type() == ElementType.I32) {
                  call.out(port).i32(index, (int) value);
                }
              });
    }
    return call;
  }

  @ParameterizedTest
  @CsvSource({
    "33,8,4,true",
    "33,8,4,false",
    "48,16,16,true",
    "1,8,4,true",
    "70,1,4,true",
    "64,40,8,false"
  })
  void questSeesThePagesThatItsKernelKeeps(int tokens, int budget, int page, boolean share)
      throws IOException {
    Decoder decoder = decoder(false);
    AttentionTensors prompt = prompt(tokens);
    KeyValueCache cache = new KeyValueCache(decoder.shape(), tokens + 5);
    Map<String, String> texts =
        Map.of(
            "budget", Integer.toString(budget),
            "page", Integer.toString(page),
            "share", Boolean.toString(share));
    DecodeKeys method = DecodeMethods.method("quest", texts);
    method.prompt(0, prompt);
    cache.store(0, prompt);
    Tensor more = random(KEY_HEADS, 5, 9);
    for (int step = 0; step < 5; step++) {
      // Another token joins the cache, then its queries are asked for.
      float[] features = new float[2 * KEY_HEADS * SIZE];
      for (int i = 0; i < KEY_HEADS * SIZE; i++) {
        features[i] = more.f32((long) (i / SIZE * 5 + step) * SIZE + i % SIZE);
      }
      cache.append(0, features, 0, KEY_HEADS * SIZE);
      int keys = cache.tokens() + 1;
      Tensor query = random(HEADS, 1, 20 + step);
      Tensor k = Tensor.allocate(ElementType.F32, KEY_HEADS, keys, SIZE);
      for (int i = 0; i < KEY_HEADS * keys * SIZE; i++) {
        int at = cache.at(i / SIZE / keys, i / SIZE % keys);
        k.f32(i, cache.keys(0)[at + i % SIZE]);
      }
      Call expected = kernel("frontier.quest", Map.of("q", query, "k", k, "v", k), texts);
      method.token(0, query.toFloatArray(), cache, keys);
      int kept = expected.sizes().extent("kept");
      for (int head = 0; head < HEADS; head++) {
        int chooser = share ? head / (HEADS / KEY_HEADS) : head;
        TreeSet<Integer> wanted = new TreeSet<>();
        for (int i = 0; i < kept; i++) {
          int first = expected.out("pages").i32((long) chooser * kept + i) * page;
          IntStream.range(first, Math.min(keys, first + page)).forEach(wanted::add);
        }
        assertThat(tokens(method, cache, head, keys)).as("head %d", head).isEqualTo(wanted);
      }
      cache.advance();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"snapkv", "ada-snapkv"})
  void tokensThatTheKernelKeepsAreSeenAndAllBehindThePrompt(String name) throws IOException {
    Decoder decoder = decoder(false);
    AttentionTensors prompt = prompt(90);
    KeyValueCache cache = new KeyValueCache(decoder.shape(), 100);
    cache.store(0, prompt);
    Map<String, String> texts =
        new HashMap<>(Map.of("window", "12", "pool", "3", "sink", "2", "recent", "5"));
    texts.put("budget", "30");
    DecodeKeys method = DecodeMethods.method(name, texts);
    method.prompt(0, prompt);
    texts.remove("budget");
    texts.put("capacity", "30");
    texts.put("scale", "0.2");
    Call expected =
        kernel(
            "frontier." + name.replace('-', '_'), Map.of("q", prompt.q(), "k", prompt.k()), texts);
    for (int head = 0; head < HEADS; head++) {
      int keyHead = head / 2;
      boolean ragged = name.startsWith("ada");
      int from = ragged ? expected.out("offsets").i32(keyHead) : 30 * keyHead;
      int to = ragged ? expected.out("offsets").i32(keyHead + 1L) : from + 30;
      TreeSet<Integer> wanted = new TreeSet<>(List.of(90, 91, 92));
      for (int i = from; i < to; i++) {
        wanted.add(expected.out("indices").i32(i));
      }
      assertThat(tokens(method, cache, head, 93)).isEqualTo(wanted);
    }
  }

  private static List<Integer> generate(Decoder decoder, int[] prompt, DecodeKeys keys) {
    List<Integer> generated = new ArrayList<>();
    Generation.run(
        decoder,
        prompt,
        AttentionMethods.dense(),
        keys,
        Sampler.greedy(),
        12,
        generated::add,
        THREADS);
    return generated;
  }

  private static float[] logits(Decoder decoder, int[] text, int prompt, DecodeKeys keys) {
    KeyValueCache cache = new KeyValueCache(decoder.shape(), text.length);
    Prefill.run(
        decoder,
        Arrays.copyOf(text, prompt),
        AttentionMethods.dense(),
        cache,
        (layer, tensors, outcome) -> keys.prompt(layer, tensors),
        THREADS);
    DecodeStep step = new DecodeStep(decoder, cache, keys, THREADS);
    float[] last = new float[0];
    for (int i = prompt; i < text.length; i++) {
      last = step.next(text[i]);
    }
    return last.clone();
  }

  @ParameterizedTest
  @CsvSource({
    "quest,false",
    "snapkv,false",
    "ada-snapkv,false",
    "quest,true",
    "snapkv,true",
    "ada-snapkv,true"
  })
  void aBudgetAboveTheLengthIsExactlyDense(String name, boolean gemma) throws IOException {
    Decoder decoder = decoder(gemma);
    SplittableRandom random = new SplittableRandom(7);
    int[] text = IntStream.range(0, 120).map(i -> random.nextInt(2, 350)).toArray();
    float[] dense = logits(decoder, text, 100, DecodeKeys.dense());
    DecodeKeys all = DecodeMethods.method(name, Map.of("budget", "1000"));
    assertThat(logits(decoder, text, 100, new OneRun(all))).containsExactly(dense, CLOSE);
    // The same method serves another prompt, and a small budget is not dense.
    assertThat(generate(decoder, text, all)).isEqualTo(generate(decoder, text, DecodeKeys.dense()));
    DecodeKeys few =
        DecodeMethods.method(
            name,
            name.equals("quest")
                ? Map.of("budget", "16")
                : Map.of("budget", "16", "recent", "4", "window", "8"));
    float[] sparse = logits(decoder, text, 100, few);
    double apart = 0;
    for (int i = 0; i < sparse.length; i++) {
      apart = Math.max(apart, Math.abs(sparse[i] - dense[i]));
    }
    assertThat(apart).isGreaterThan(1e-3);
  }

  /** Holds that a method asks for the very run of keys that dense attention asks for. */
  private record OneRun(DecodeKeys keys) implements DecodeKeys {
    @Override
    public String name() {
      return keys.name();
    }

    @Override
    public void prompt(int layer, AttentionTensors tensors) {
      keys.prompt(layer, tensors);
    }

    @Override
    public void token(int layer, float[] queries, KeyValueCache cache, int count) {
      keys.token(layer, queries, cache, count);
    }

    @Override
    public int runs(
        int layer, int head, float[] query, KeyValueCache cache, int count, int[] runs) {
      assertThat(keys.runs(layer, head, query, cache, count, runs)).isEqualTo(1);
      assertThat(runs).startsWith(0, count);
      return 1;
    }

    @Override
    public int maxRuns(int count) {
      return keys.maxRuns(count);
    }
  }

  @Test
  void methodsAreFoundByName() {
    assertThat(DecodeMethods.names()).containsExactly("dense", "quest", "snapkv", "ada-snapkv");
    for (String name : DecodeMethods.names()) {
      assertThat(DecodeMethods.method(name, Map.of()).name()).isEqualTo(name);
    }
    assertThatThrownBy(() -> DecodeMethods.method("quest", Map.of("budget", "none")))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith("frontier.quest: parameter budget = none");
  }
}
