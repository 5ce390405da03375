package dev.squall.kernels.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Reference.Expectation;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What scans in several directions over the same positions have in common (Vim, VMamba): each
 * direction k visits the positions on a path of its own, and the outputs are added where they
 * belong,
 *
 * <pre>y[p] = (Σ_k (Σ_n c_k[n,p] · h_k[n] + d_k · u_k[p])) · z[p] · sigmoid(z[p])</pre>
 *
 * <p>Operands lie by position, not by step: nothing is copied for a direction, indices alone say in
 * which order it comes by.
 *
 * @param paths one a direction
 * @param inputSets 1 if all directions read one u, else as many as directions
 * @param sets 1 if all directions share one set of the other operands, else one each
 */
public record DirectedScans(
    int channels,
    int groups,
    int states,
    int length,
    boolean softplus,
    List<ScanPath> paths,
    int inputSets,
    int sets) {
  public DirectedScans {
    paths = List.copyOf(paths);
  }

  /** Index of the first element of direction {@code k} in u. */
  long input(int k) {
    return inputSets == 1 ? 0 : (long) k * channels * length;
  }

  /** The set of operands that direction {@code k} reads. */
  int set(int k) {
    return sets == 1 ? 0 : k;
  }

  int groupChannels() {
    return channels / groups;
  }

  /** Seven operations a state and step, four a channel and step, in each direction. */
  public double operations() {
    return (double) paths.size() * channels * length * (7.0 * states + 4);
  }

  /** Elements that must be read or written at least once, but z. */
  public double elements() {
    double steps = (double) channels * length;
    double set = steps + 2.0 * groups * states * length + (double) channels * states;
    return (inputSets + 1) * steps + sets * set;
  }

  /**
   * @throws SquallException INVALID_INPUT for a positive entry of a and, without softplus, for a
   *     negative time step
   */
  public void check(String kernel, Map<String, Tensor> inputs) {
    Tensor a = inputs.get("a");
    for (long i = 0; i < a.elements(); i++) {
      if (a.f32(i) > 0) {
        throw invalid(kernel, "a", a, i, "A must not be positive (is it −A, or its logarithm?)");
      }
    }
    Tensor delta = inputs.get("delta");
    Tensor bias = inputs.get("delta_bias");
    for (long row = 0; row < (long) sets * channels; row++) {
      float offset = bias == null ? 0 : bias.f32(row);
      for (long i = row * length; i < (row + 1) * length; i++) {
        float step = delta.f32(i) + offset;
        if (Float.isInfinite(step)) {
          throw invalid(kernel, "delta", delta, i, "delta + delta_bias overflows");
        }
        if (!softplus && step < 0) {
          throw invalid(
              kernel,
              "delta",
              delta,
              i,
              "without softplus the time step delta + delta_bias must not be negative");
        }
      }
    }
  }

  private static SquallException invalid(
      String kernel, String port, Tensor tensor, long index, String reason) {
    return SquallException.invalidInput(
        "%s: input %s has %s at %s: %s"
            .formatted(
                kernel,
                port,
                tensor.f32(index),
                Arrays.toString(InputChecks.position(tensor, index)),
                reason));
  }

  /** Null if the channels can be shared out to the groups, else what is wrong. */
  public static String groupsComplaint(Sizes sizes) {
    return sizes.dim("C") % sizes.dim("G") == 0
        ? null
        : "C = %d channels cannot be shared out to G = %d groups"
            .formatted(sizes.dim("C"), sizes.dim("G"));
  }

  /** States y of one channel in double precision. */
  public void channel(Call call, int channel, Expectation expectation) {
    double[] sums = new double[length];
    double[] bounds = new double[length];
    for (int k = 0; k < paths.size(); k++) {
      direction(call, k, channel, sums, bounds);
    }
    for (int p = 0; p < length; p++) {
      long at = (long) channel * length + p;
      double y = sums[p];
      double bound = bounds[p];
      if (call.has("z")) {
        ScanRecurrence.Gated gated = ScanRecurrence.Gated.of(y, bound, call.in("z").asDouble(at));
        y = gated.value();
        bound = gated.bound();
      }
      expectation.expect("y", at, y, bound);
    }
  }

  private void direction(Call call, int k, int channel, double[] sums, double[] bounds) {
    int set = set(k);
    long row = (long) set * channels + channel;
    long input = input(k) + (long) channel * length;
    long plane = ((long) set * groups + channel / groupChannels()) * states * length;
    Tensor a = call.in("a");
    Tensor b = call.in("b");
    Tensor c = call.in("c");
    double bias = call.has("delta_bias") ? call.in("delta_bias").asDouble(row) : 0;
    double skip = call.has("d") ? call.in("d").asDouble(row) : 0;
    ScanRecurrence recurrence = new ScanRecurrence(states, softplus, paths.size());
    ScanPath path = paths.get(k);
    for (int step = 0; step < length; step++) {
      int p = path.position(step);
      recurrence.step(
          call.in("delta").asDouble(row * length + p) + bias,
          call.in("u").asDouble(input + p),
          skip,
          n -> a.asDouble(row * states + n),
          n -> b.asDouble(plane + (long) n * length + p),
          n -> c.asDouble(plane + (long) n * length + p));
      sums[p] += recurrence.sum();
      bounds[p] += recurrence.bound();
    }
  }
}
