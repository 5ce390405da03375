package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.SparseAttentionSimd;
import java.util.Map;

/** Attention to the last keys alone, as a model's windowed layers have it. */
public final class WindowAttention implements PrefillAttention {
  private final int window;

  /**
   * @param window keys that a query sees, itself included
   */
  public WindowAttention(int window) {
    this.window = window;
  }

  @Override
  public String name() {
    return "window";
  }

  @Override
  public Map<String, String> parameters() {
    return Map.of("window", Integer.toString(window));
  }

  @Override
  public LayerAttention bind(AttentionTensors tensors) {
    AttentionShape shape = tensors.shape();
    KeyRuns runs = KeyRuns.window(shape, window);
    Outcome outcome = new Outcome(density(shape), shape.heads());
    return threads -> {
      SparseAttentionSimd.attend(
          tensors.q(), tensors.k(), tensors.v(), tensors.o(), shape, runs, threads);
      return outcome;
    };
  }

  private double density(AttentionShape shape) {
    double seen = 0;
    for (int row = 0; row < shape.queries(); row++) {
      seen += Math.min(window, shape.visibleKeys(row));
    }
    return seen / shape.visiblePairs();
  }

  /** The model asks for no more than the window, so there is nothing to recall beyond it. */
  private record Outcome(double share, int heads) implements AttentionOutcome {
    @Override
    public HeadFigures density() {
      return HeadFigures.allEqual(share, heads);
    }

    @Override
    public HeadFigures recall() {
      return HeadFigures.unknown(heads);
    }
  }
}
