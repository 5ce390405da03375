package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.model.attention.AttentionOutcome;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.decoder.DecoderShape;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import java.util.ArrayList;
import java.util.List;

/** Density and recall of a prompt's layers. */
final class LayerFigures implements PrefillObserver {
  private final DecoderShape shape;
  private final boolean measuresRecall;
  private final List<Double> ofMethod = new ArrayList<>();
  private final List<Double> ofAll = new ArrayList<>();
  private final List<Double> recalls = new ArrayList<>();

  LayerFigures(DecoderShape shape, boolean measuresRecall) {
    this.shape = shape;
    this.measuresRecall = measuresRecall;
  }

  /** The figures of a method of decoding, which do not tell layers apart. */
  static LayerFigures ofDecoding(CountedKeys keys) {
    LayerFigures figures = new LayerFigures(null, false);
    figures.ofMethod.add(keys.density());
    figures.ofAll.add(keys.density());
    return figures;
  }

  @Override
  public void attended(int layer, AttentionTensors tensors, AttentionOutcome outcome) {
    double density = outcome.density().mean();
    ofAll.add(density);
    if (!shape.windowed(layer)) {
      ofMethod.add(density);
      if (measuresRecall) {
        recalls.add(outcome.recall().mean());
      }
    }
  }

  /** Mean over the layers that the method applies to. */
  double density() {
    return mean(ofMethod);
  }

  double wholeDensity() {
    return mean(ofAll);
  }

  double recall() {
    return mean(recalls);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
