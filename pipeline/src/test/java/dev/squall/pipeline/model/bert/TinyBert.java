package dev.squall.pipeline.model.bert;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A small random model, and its forward pass in double precision written from the definition, a
 * token at a time.
 */
public final class TinyBert {
  static final int LAYERS = 2;
  static final int HEADS = 3;
  public static final int WIDTH = 12;
  public static final int INNER = 20;
  static final int POSITIONS = 90;
  static final List<String> VOCABULARY =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "storm", "##s", "over", "the", "city");

  static final String CONFIG =
      """
      {"num_hidden_layers": 2, "num_attention_heads": 3, "hidden_size": 12,
       "intermediate_size": 20, "max_position_embeddings": 90, "vocab_size": 10,
       "hidden_act": "gelu", "layer_norm_eps": 1e-12}
      """;

  private TinyBert() {}

  /** Writes the model with {@code weights} into a folder. */
  public static void write(Path folder, Map<String, Tensor> weights) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.write(folder.resolve("vocab.txt"), VOCABULARY);
    SafetensorsWriter.write(folder.resolve("model.safetensors"), weights, Map.of());
  }

  public static Map<String, Tensor> weights(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    put(weights, random, "embeddings.word_embeddings.weight", VOCABULARY.size(), WIDTH);
    put(weights, random, "embeddings.position_embeddings.weight", POSITIONS, WIDTH);
    put(weights, random, "embeddings.token_type_embeddings.weight", 2, WIDTH);
    norm(weights, random, "embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String name = "encoder.layer." + layer + ".";
      for (String part : List.of("query", "key", "value")) {
        linear(weights, random, name + "attention.self." + part, WIDTH, WIDTH);
      }
      linear(weights, random, name + "attention.output.dense", WIDTH, WIDTH);
      norm(weights, random, name + "attention.output.LayerNorm");
      linear(weights, random, name + "intermediate.dense", INNER, WIDTH);
      linear(weights, random, name + "output.dense", WIDTH, INNER);
      norm(weights, random, name + "output.LayerNorm");
    }
    return weights;
  }

  private static void linear(
      Map<String, Tensor> weights, SplittableRandom random, String name, long out, long in) {
    put(weights, random, name + ".weight", out, in);
    put(weights, random, name + ".bias", out);
  }

  private static void norm(Map<String, Tensor> weights, SplittableRandom random, String name) {
    put(weights, random, name + ".weight", WIDTH);
    put(weights, random, name + ".bias", WIDTH);
  }

  private static void put(
      Map<String, Tensor> weights, SplittableRandom random, String name, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) (0.5 * random.nextGaussian()));
    }
    weights.put(name, tensor);
  }

  /** The unit mean of the tokens. */
  static double[] embed(Map<String, Tensor> weights, int[] ids) {
    double[][] x = new double[ids.length][WIDTH];
    for (int token = 0; token < ids.length; token++) {
      for (int i = 0; i < WIDTH; i++) {
        x[token][i] =
            at(weights, "embeddings.word_embeddings.weight", ids[token] * WIDTH + i)
                + at(weights, "embeddings.position_embeddings.weight", token * WIDTH + i)
                + at(weights, "embeddings.token_type_embeddings.weight", i);
      }
      x[token] = norm(weights, "embeddings.LayerNorm", x[token]);
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      x = block(weights, "encoder.layer." + layer + ".", x);
    }
    double[] mean = new double[WIDTH];
    for (double[] token : x) {
      for (int i = 0; i < WIDTH; i++) {
        mean[i] += token[i] / ids.length;
      }
    }
    double length = 0;
    for (double value : mean) {
      length += value * value;
    }
    for (int i = 0; i < WIDTH; i++) {
      mean[i] /= Math.sqrt(length);
    }
    return mean;
  }

  private static double[][] block(Map<String, Tensor> weights, String name, double[][] x) {
    int size = WIDTH / HEADS;
    double[][] next = new double[x.length][];
    for (int token = 0; token < x.length; token++) {
      double[] q = linear(weights, name + "attention.self.query", x[token]);
      double[] mixed = new double[WIDTH];
      for (int head = 0; head < HEADS; head++) {
        double[] share = new double[x.length];
        double sum = 0;
        for (int other = 0; other < x.length; other++) {
          double[] k = linear(weights, name + "attention.self.key", x[other]);
          double score = 0;
          for (int i = head * size; i < (head + 1) * size; i++) {
            score += q[i] * k[i];
          }
          share[other] = Math.exp(score / Math.sqrt(size));
          sum += share[other];
        }
        for (int other = 0; other < x.length; other++) {
          double[] v = linear(weights, name + "attention.self.value", x[other]);
          for (int i = head * size; i < (head + 1) * size; i++) {
            mixed[i] += share[other] / sum * v[i];
          }
        }
      }
      double[] attended =
          norm(
              weights,
              name + "attention.output.LayerNorm",
              sum(x[token], linear(weights, name + "attention.output.dense", mixed)));
      double[] wide = linear(weights, name + "intermediate.dense", attended);
      for (int i = 0; i < wide.length; i++) {
        wide[i] *= normalDistribution(wide[i]);
      }
      next[token] =
          norm(
              weights,
              name + "output.LayerNorm",
              sum(attended, linear(weights, name + "output.dense", wide)));
    }
    return next;
  }

  /** Φ by its power series, exact to double precision for the values here. */
  static double normalDistribution(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 300; n++) {
      term *= x * x / (2 * n + 1);
      sum += term;
    }
    return Math.clamp(0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI), 0, 1);
  }

  private static double[] linear(Map<String, Tensor> weights, String name, double[] x) {
    double[] y = new double[(int) weights.get(name + ".bias").elements()];
    for (int out = 0; out < y.length; out++) {
      y[out] = at(weights, name + ".bias", out);
      for (int in = 0; in < x.length; in++) {
        y[out] += at(weights, name + ".weight", out * x.length + in) * x[in];
      }
    }
    return y;
  }

  private static double[] norm(Map<String, Tensor> weights, String name, double[] x) {
    double mean = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] =
          (x[i] - mean) / Math.sqrt(variance + 1e-12) * at(weights, name + ".weight", i)
              + at(weights, name + ".bias", i);
    }
    return y;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private static double at(Map<String, Tensor> weights, String name, long index) {
    return weights.get(name).f32(index);
  }
}
