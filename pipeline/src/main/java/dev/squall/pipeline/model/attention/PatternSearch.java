package dev.squall.pipeline.model.attention;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The offline search of MMInference (arXiv 2504.16083, algorithm 4) in one layer: candidates are
 * first scaled to equal cost, a share of all pairs; each head takes for each modality, and for each
 * ordered pair of modalities, the pattern whose output is nearest to dense attention's; then the
 * layer takes what parts its modalities best: nothing, queries, or queries and keys.
 */
public final class PatternSearch {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DENSE = "{\"pattern\":\"dense\"}";

  private final double density;
  private final Tensor modality;
  private final int modalities;
  private final HostThreads threads;

  /**
   * @param density share of the visible pairs that each candidate may keep
   * @param modality i32[L]
   * @param modalities how many there are
   */
  public PatternSearch(double density, Tensor modality, int modalities, HostThreads threads) {
    this.density = density;
    this.modality = modality;
    this.modalities = modalities;
    this.threads = threads;
  }

  /**
   * @param dense with the output of dense attention in o
   */
  public PatternPlan.Layer layer(AttentionTensors dense) {
    AttentionShape shape = dense.shape();
    List<String> candidates = candidates(shape.tokens());
    AttentionTensors own = dense.withOwnOutput();
    PatternPlan.Layer best = null;
    for (String kind : modalities > 1 ? List.of("none", "q", "2d") : List.of("none")) {
      String[][][] chosen = choose(dense, own, kind, candidates);
      double error = mean(errors(dense, own, kind, chosen));
      if (best == null || error < best.error()) {
        best = new PatternPlan.Layer(kind, heads(chosen), error);
      }
    }
    return best;
  }

  /** A-shape, vertical-slash and grids of about the same share of the pairs. */
  List<String> candidates(int tokens) {
    int sink = Math.min(tokens, 64);
    // Rows near the diagonal: 1 − (1 − w/L)² of a triangle, beside the sink's columns.
    double rest = Math.max(0.01, density - 2.0 * sink / tokens);
    int local = (int) Math.max(1, tokens * (1 - Math.sqrt(1 - Math.min(1, rest))));
    // A column is 2/L of a triangle at most, a diagonal of the nearest ones likewise.
    int lines = (int) Math.max(1, density * tokens / 4);
    int one = (int) Math.max(1, Math.round(1 / density));
    int two = (int) Math.max(1, Math.round(2 / density));
    return List.of(
        "{\"pattern\":\"a_shape\",\"sink\":%d,\"local\":%d}".formatted(sink, local),
        "{\"pattern\":\"vertical_slash\",\"verticals\":%d,\"slashes\":%d}".formatted(lines, lines),
        "{\"pattern\":\"grid\",\"stride\":%d,\"slash\":true}".formatted(one),
        "{\"pattern\":\"grid\",\"stride\":%d,\"vline\":true,\"slash\":true}".formatted(two),
        "{\"pattern\":\"grid\",\"stride\":%d,\"hline\":true,\"vline\":true}".formatted(two));
  }

  /** By head, query modality and key modality. */
  private String[][][] choose(
      AttentionTensors dense, AttentionTensors own, String kind, List<String> candidates) {
    int heads = dense.shape().heads();
    String[][][] chosen = filled(heads, DENSE);
    int queryParts = kind.equals("none") ? 1 : modalities;
    int keyParts = kind.equals("2d") ? modalities : 1;
    double[][][] least = new double[heads][modalities][modalities];
    for (double[][] head : least) {
      for (double[] row : head) {
        Arrays.fill(row, Double.POSITIVE_INFINITY);
      }
    }
    for (String candidate : candidates) {
      for (int part = 0; part < keyParts; part++) {
        // Rows of a query modality look at their own row of patterns alone: all at once.
        String[][][] trial = filled(heads, keyParts == 1 ? candidate : DENSE);
        for (int head = 0; head < heads && keyParts > 1; head++) {
          for (int query = 0; query < modalities; query++) {
            trial[head][query][part] = candidate;
          }
        }
        double[][] errors = errors(dense, own, kind, trial);
        for (int head = 0; head < heads; head++) {
          for (int query = 0; query < queryParts; query++) {
            int key = keyParts > 1 ? part : query;
            double error =
                queryParts == 1 ? Arrays.stream(errors[head]).sum() : errors[head][query];
            if (error < least[head][query][key]) {
              least[head][query][key] = error;
              chosen[head][query][key] = candidate;
            }
          }
        }
      }
    }
    return oneStride(chosen, candidates);
  }

  /** The kernel takes grids of one stride in a row of patterns: others give way to the A-shape. */
  private static String[][][] oneStride(String[][][] chosen, List<String> candidates) {
    for (String[][] head : chosen) {
      for (String[] row : head) {
        String grid = null;
        for (int key = 0; key < row.length; key++) {
          if (row[key].contains("grid")) {
            String stride = row[key].replaceAll(".*\"stride\":(\\d+).*", "$1");
            if (grid != null && !grid.equals(stride)) {
              row[key] = candidates.getFirst();
            } else {
              grid = stride;
            }
          }
        }
      }
    }
    return chosen;
  }

  private String[][][] filled(int heads, String pattern) {
    String[][][] all = new String[heads][modalities][modalities];
    for (String[][] head : all) {
      for (String[] row : head) {
        Arrays.fill(row, pattern);
      }
    }
    return all;
  }

  /** Sum of |sparse − dense| over sum of |dense|, by head and the modality of the rows. */
  private double[][] errors(
      AttentionTensors dense, AttentionTensors own, String kind, String[][][] patterns) {
    ObjectNode plan = JSON.createObjectNode();
    plan.set("heads", heads(patterns));
    AttentionMethods.load()
        .boundary(Map.of("kind", kind, "plan", plan.toString()), modality)
        .bind(own)
        .attend(threads);
    AttentionShape shape = dense.shape();
    double[][] errors = new double[shape.heads()][modalities];
    threads.forEach(
        shape.heads(),
        head -> {
          double all = 0;
          double[] apart = errors[(int) head];
          for (int token = 0; token < shape.tokens(); token++) {
            long at = (head * shape.tokens() + token) * shape.headSize();
            int part = modality.i32(token);
            for (int d = 0; d < shape.headSize(); d++) {
              double value = dense.o().f32(at + d);
              all += Math.abs(value);
              apart[part] += Math.abs(own.o().f32(at + d) - value);
            }
          }
          for (int i = 0; i < apart.length; i++) {
            apart[i] /= all;
          }
        });
    return errors;
  }

  private static double mean(double[][] errors) {
    return Arrays.stream(errors).mapToDouble(head -> Arrays.stream(head).sum()).average().orElse(0);
  }

  private static ArrayNode heads(String[][][] patterns) {
    ArrayNode heads = JSON.createArrayNode();
    for (String[][] head : patterns) {
      ArrayNode square = heads.addArray();
      for (String[] row : head) {
        ArrayNode cells = square.addArray();
        for (String cell : row) {
          cells.add(parsed(cell));
        }
      }
    }
    return heads;
  }

  private static ObjectNode parsed(String pattern) {
    try {
      return (ObjectNode) JSON.readTree(pattern);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(pattern, e);
    }
  }
}
