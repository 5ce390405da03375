package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.frontier.WindowReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/** Phase masses and the best of them by their definition; a unit is a head. */
final class GridSearchReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H");
  }

  /** The masses of one head, and how far in parts of themselves they may be off. */
  private record Masses(double[] values, double slack) {}

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Masses masses = masses(call, (int) unit);
    Strides strides = Strides.of(call.sizes());
    double error = masses.slack() / WindowReference.ROUND_OFF;
    for (int i = 0; i < masses.values().length; i++) {
      double mass = masses.values()[i];
      expectation.expect("masses", unit * masses.values().length + i, mass, mass * error);
    }
    int tokens = call.sizes().extent("L");
    double most = Double.NEGATIVE_INFINITY;
    int stride = 0;
    int phase = 0;
    for (int s = 0; s < strides.count(); s++) {
      for (int p = 0; p < strides.values()[s]; p++) {
        double excess = excess(masses, strides, tokens, s, p);
        if (excess > most) {
          most = excess;
          stride = strides.values()[s];
          phase = p;
        }
      }
    }
    expectation.expect("best", 2 * unit, stride);
    expectation.expect("best", 2 * unit + 1, phase);
  }

  /** Another grid whose excess is the same within rounding is right too. */
  @Override
  public String judge(Call call, long unit) {
    Masses masses = masses(call, (int) unit);
    Strides strides = Strides.of(call.sizes());
    int tokens = call.sizes().extent("L");
    for (int i = 0; i < masses.values().length; i++) {
      double actual = call.out("masses").f32(unit * masses.values().length + i);
      double allowed = 2 * masses.slack() * masses.values()[i] + Float.MIN_NORMAL;
      if (!(Math.abs(actual - masses.values()[i]) <= allowed)) {
        return "mass %s, expected %s".formatted(actual, masses.values()[i]);
      }
    }
    int stride = call.out("best").i32(2 * unit);
    int phase = call.out("best").i32(2 * unit + 1);
    double chosen = Double.NaN;
    double most = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < strides.count(); s++) {
      for (int p = 0; p < strides.values()[s]; p++) {
        double excess = excess(masses, strides, tokens, s, p);
        most = Math.max(most, excess);
        if (strides.values()[s] == stride && p == phase) {
          chosen = excess;
        }
      }
    }
    return chosen >= most - 2 * masses.slack()
        ? null
        : "stride %d, phase %d has an excess of %s, the best has %s"
            .formatted(stride, phase, chosen, most);
  }

  private static double excess(Masses masses, Strides strides, int tokens, int s, int phase) {
    double share = Strides.tokens(tokens, strides.values()[s], phase) / (double) tokens;
    return masses.values()[strides.start(s) + phase] - share;
  }

  private static Masses masses(Call call, int head) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    int[] rows = new int[GridSearch.window(call.sizes())];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = shape.tokens() - rows.length + i;
    }
    WindowReference window = WindowReference.of(call.in("q"), call.in("k"), shape, head, rows);
    double[] columns = window.columns(shape.tokens());
    Strides strides = Strides.of(call.sizes());
    double[] masses = new double[strides.phases()];
    for (int s = 0; s < strides.count(); s++) {
      for (int key = 0; key < columns.length; key++) {
        masses[strides.start(s) + key % strides.values()[s]] += columns[key];
      }
    }
    return new Masses(masses, window.slack());
  }
}
