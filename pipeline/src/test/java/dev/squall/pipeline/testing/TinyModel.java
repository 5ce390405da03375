package dev.squall.pipeline.testing;

import dev.squall.kernels.host.BlockFormat;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A decoder of a few thousand random weights as a GGUF file, and its weights as numbers. Matrices
 * are kept as F32 and Q8_0 in turn.
 */
public final class TinyModel {
  public static final int LAYERS = 6;
  public static final int WIDTH = 64;
  public static final int HIDDEN = 96;
  public static final int HEADS = 4;
  public static final int KEY_HEADS = 2;
  public static final int HEAD_SIZE = 32;
  public static final int WINDOW = 5;
  public static final float EPSILON = 1e-5f;
  public static final float BASE = 500;
  private static final int CONTEXT = 250;

  private final boolean gemma;
  private final SplittableRandom random;
  private final GgufBytes file = new GgufBytes();
  private final Map<String, double[][]> weights = new HashMap<>();
  private int matrices;

  private final int context;

  private TinyModel(boolean gemma, long seed, int context) {
    this.gemma = gemma;
    this.context = context;
    this.random = new SplittableRandom(seed);
  }

  public static TinyModel llama(long seed) {
    return llama(seed, CONTEXT);
  }

  /**
   * @param context most tokens
   */
  public static TinyModel llama(long seed, int context) {
    return new TinyModel(false, seed, context).build();
  }

  /** All layers but the sixth have a window. */
  public static TinyModel gemma(long seed) {
    return new TinyModel(true, seed, CONTEXT).build();
  }

  public boolean isGemma() {
    return gemma;
  }

  public byte[] bytes() {
    return file.bytes();
  }

  /** The builder, to add to the file what does not belong there. */
  public GgufBytes file() {
    return file;
  }

  /** Rows of a weight matrix; a vector is one row. */
  public double[][] weight(String name) {
    return weights.get(name);
  }

  public static List<String> vocabulary() {
    List<String> tokens = new ArrayList<>(List.of("<s>", "</s>"));
    for (int value = 0; value < 256; value++) {
      tokens.add("<0x%02X>".formatted(value));
    }
    for (char letter = ' '; letter <= '~'; letter++) {
      tokens.add(letter == ' ' ? "▁" : String.valueOf(letter));
    }
    return tokens;
  }

  private TinyModel build() {
    String name = gemma ? "gemma3" : "llama";
    file.text("general.architecture", name);
    file.text("general.name", "tiny " + name);
    file.u32(name + ".block_count", LAYERS);
    file.u32(name + ".context_length", context);
    file.u32(name + ".embedding_length", WIDTH);
    file.u32(name + ".feed_forward_length", HIDDEN);
    file.u32(name + ".attention.head_count", HEADS);
    file.u32(name + ".attention.head_count_kv", KEY_HEADS);
    file.u32(name + ".attention.key_length", HEAD_SIZE);
    file.u32(name + ".attention.value_length", HEAD_SIZE);
    file.f32(name + ".attention.layer_norm_rms_epsilon", EPSILON);
    file.f32(name + ".rope.freq_base", BASE);
    if (gemma) {
      file.u32("gemma3.attention.sliding_window", WINDOW);
    }
    addTokenizer();
    addWeights();
    return this;
  }

  private void addTokenizer() {
    List<String> tokens = vocabulary();
    int[] kinds = new int[tokens.size()];
    float[] scores = new float[tokens.size()];
    for (int id = 0; id < kinds.length; id++) {
      kinds[id] = id < 2 ? 3 : id < 258 ? 6 : 1;
      scores[id] = -id;
    }
    file.text("tokenizer.ggml.model", "llama");
    file.flag("tokenizer.ggml.add_space_prefix", false);
    file.flag("tokenizer.ggml.add_bos_token", gemma);
    file.texts("tokenizer.ggml.tokens", tokens);
    file.i32s("tokenizer.ggml.token_type", kinds);
    file.f32s("tokenizer.ggml.scores", scores);
    file.u32("tokenizer.ggml.bos_token_id", 0);
    file.u32("tokenizer.ggml.eos_token_id", 1);
  }

  private void addWeights() {
    matrix("token_embd.weight", vocabulary().size(), WIDTH);
    vector("output_norm.weight", WIDTH);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "blk." + layer + ".";
      vector(prefix + "attn_norm.weight", WIDTH);
      matrix(prefix + "attn_q.weight", HEADS * HEAD_SIZE, WIDTH);
      matrix(prefix + "attn_k.weight", KEY_HEADS * HEAD_SIZE, WIDTH);
      matrix(prefix + "attn_v.weight", KEY_HEADS * HEAD_SIZE, WIDTH);
      matrix(prefix + "attn_output.weight", WIDTH, HEADS * HEAD_SIZE);
      vector(prefix + "ffn_norm.weight", WIDTH);
      matrix(prefix + "ffn_gate.weight", HIDDEN, WIDTH);
      matrix(prefix + "ffn_up.weight", HIDDEN, WIDTH);
      matrix(prefix + "ffn_down.weight", WIDTH, HIDDEN);
      if (gemma) {
        vector(prefix + "attn_q_norm.weight", HEAD_SIZE);
        vector(prefix + "attn_k_norm.weight", HEAD_SIZE);
        vector(prefix + "post_attention_norm.weight", WIDTH);
        vector(prefix + "post_ffw_norm.weight", WIDTH);
      }
    }
  }

  private void vector(String name, int length) {
    float[] values = new float[length];
    double[] row = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(0.5, 1.5);
      row[i] = values[i];
    }
    weights.put(name, new double[][] {row});
    file.f32Tensor(name, values, length);
  }

  private void matrix(String name, int rows, int depth) {
    double[][] values = new double[rows][depth];
    if (matrices++ % 2 == 0) {
      float[] data = new float[rows * depth];
      for (int i = 0; i < data.length; i++) {
        data[i] = (float) (random.nextGaussian() / Math.sqrt(depth));
        values[i / depth][i % depth] = data[i];
      }
      file.f32Tensor(name, data, depth, rows);
    } else {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      for (int block = 0; block < rows * depth / 32; block++) {
        short scale =
            Float.floatToFloat16((float) (random.nextDouble(1, 2) / 64 / Math.sqrt(depth)));
        data.write(scale);
        data.write(scale >> 8);
        for (int i = 0; i < 32; i++) {
          byte integer = (byte) random.nextInt(-127, 128);
          data.write(integer);
          int at = block * 32 + i;
          values[at / depth][at % depth] = Float.float16ToFloat(scale) * (double) integer;
        }
      }
      file.tensor(name, BlockFormat.Q8_0, data.toByteArray(), depth, rows);
    }
    weights.put(name, values);
  }
}
