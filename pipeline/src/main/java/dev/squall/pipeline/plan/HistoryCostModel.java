package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import java.util.OptionalDouble;

/**
 * Recorded times where there are any. Where a stage has none for a variant but some for another on
 * the same device, the other model's guess is scaled by how far it was off there, so that a
 * measured variant is not dropped for one that merely was guessed too well.
 */
public final class HistoryCostModel implements CostModel {
  private final History history;
  private final CostModel otherwise;

  public HistoryCostModel(History history, CostModel otherwise) {
    this.history = history;
    this.otherwise = otherwise;
  }

  @Override
  public Prediction predict(Stage stage, Variant variant, Device device, long transferBytes) {
    Prediction guess = otherwise.predict(stage, variant, device, transferBytes);
    OptionalDouble seconds = recorded(stage, variant, device);
    if (seconds.isPresent()) {
      return new Prediction(0, guess.transfer(), seconds.getAsDouble(), Prediction.Basis.HISTORY);
    }
    double missed = missed(stage, device);
    return new Prediction(
        guess.launch(), guess.transfer(), guess.compute() * missed, guess.basis());
  }

  /** By how much the guesses of measured variants of this stage are too low; at least one. */
  private double missed(Stage stage, Device device) {
    double least = Double.POSITIVE_INFINITY;
    for (Variant variant : stage.kernel().variants()) {
      OptionalDouble seconds = recorded(stage, variant, device);
      if (seconds.isPresent()) {
        Prediction guess = otherwise.predict(stage, variant, device, 0);
        least = Math.min(least, seconds.getAsDouble() / (guess.launch() + guess.compute()));
      }
    }
    return Double.isInfinite(least) ? 1 : Math.max(1, least);
  }

  private OptionalDouble recorded(Stage stage, Variant variant, Device device) {
    return history.seconds(History.Key.of(stage, variant, device));
  }
}
