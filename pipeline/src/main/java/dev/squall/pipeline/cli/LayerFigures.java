package dev.squall.pipeline.cli;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.pipeline.model.attention.HeadFigures;
import dev.squall.pipeline.model.decoder.DecoderShape;
import dev.squall.pipeline.report.PrefillReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The figures of each layer, of one chunk or of several: densities weighed by the chunks' visible
 * pairs, recalls by their queries.
 */
final class LayerFigures {
  private record Part(AttentionShape shape, HeadFigures density, HeadFigures recall) {}

  private final DecoderShape decoder;
  private final Map<Integer, List<Part>> parts = new TreeMap<>();

  LayerFigures(DecoderShape decoder) {
    this.decoder = decoder;
  }

  void add(int layer, AttentionShape shape, HeadFigures density, HeadFigures recall) {
    parts.computeIfAbsent(layer, one -> new ArrayList<>()).add(new Part(shape, density, recall));
  }

  List<PrefillReport.Layer> layers() {
    List<PrefillReport.Layer> layers = new ArrayList<>();
    parts.forEach(
        (layer, chunks) -> {
          double[] pairs = chunks.stream().mapToDouble(it -> it.shape().visiblePairs()).toArray();
          double[] queries = chunks.stream().mapToDouble(it -> it.shape().queries()).toArray();
          layers.add(
              new PrefillReport.Layer(
                  layer,
                  decoder.windowed(layer),
                  together(chunks.stream().map(Part::density).toList(), pairs),
                  together(chunks.stream().map(Part::recall).toList(), queries)));
        });
    return layers;
  }

  private static HeadFigures together(List<HeadFigures> chunks, double[] weights) {
    if (chunks.size() == 1) {
      return chunks.getFirst();
    }
    double all = Arrays.stream(weights).sum();
    double mean = 0;
    double[] heads = new double[chunks.getFirst().heads().length];
    for (int chunk = 0; chunk < weights.length; chunk++) {
      mean += chunks.get(chunk).mean() * weights[chunk] / all;
      for (int head = 0; head < heads.length; head++) {
        heads[head] += chunks.get(chunk).heads()[head] * weights[chunk] / all;
      }
    }
    return new HeadFigures(mean, Arrays.stream(heads).min().orElse(Double.NaN), heads);
  }
}
