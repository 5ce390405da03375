package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.LaneExp;
import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The scans of a block both ways, what patches see of their states, and the reverse mode of both.
 *
 * <pre>
 *   h[t] = exp(Δ[t] A) h[t ∓ 1] + Δ[t] u[t] B[t]     forward and backward, H = sum of both
 *   y[t] = C[t]·H[t] + 2 D u[t]
 *   α[p] = Σ_k share[p][k] C[p]·H[k]                 over the members k of patch p
 * </pre>
 *
 * One channel after another, states across the lanes of a vector: the states of all steps of one
 * channel fit the cache, and those of all channels need not be kept, since the reverse mode scans
 * again.
 */
final class ScanGradient {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private final int tokens;
  private final int states;

  /** The states, filled up with zeros to whole vectors. */
  private final int width;

  private final float[] lanes = LaneSum.room();
  private final float[] rates;
  private final float[] decay;
  private final float[] ahead;
  private final float[] behind;
  private final float[] reading;
  private final float[] carried;
  private final float[] products;
  private final float[] decays;
  private final float[] read;

  ScanGradient(int tokens, int states) {
    this.tokens = tokens;
    this.states = states;
    width = Math.ceilDiv(states, LANES) * LANES;
    rates = new float[width];
    decay = new float[tokens * width];
    ahead = new float[tokens * width];
    behind = new float[tokens * width];
    reading = new float[tokens * width];
    carried = new float[tokens * width];
    products = new float[tokens];
    decays = new float[tokens];
    read = new float[width];
  }

  /**
   * What the scans read.
   *
   * @param u by channel
   * @param delta by channel, positive
   * @param a [channels, states], not positive
   * @param b [tokens][width] as {@link #byToken} gives it
   * @param c the same
   * @param d [channels]
   */
  record Operands(Plane u, Plane delta, Tensor a, float[] b, float[] c, Tensor d) {}

  /**
   * What they give.
   *
   * @param y by channel
   * @param patched by channel, a column a patch
   */
  record Results(Plane y, Plane patched) {}

  /**
   * Gradients with respect to the operands.
   *
   * @param b [tokens][width]
   * @param c the same
   * @param shares as the shares
   */
  record Gradients(Plane u, Plane delta, float[] b, float[] c, float[][] shares) {}

  /** Rows {@code from} to {@code from + states} of a plane, by token and in whole vectors. */
  float[] byToken(Plane plane, int from) {
    float[] turned = new float[tokens * width];
    for (int n = 0; n < states; n++) {
      for (int t = 0, at = plane.row(from + n); t < tokens; t++) {
        turned[t * width + n] = plane.values()[at + t];
      }
    }
    return turned;
  }

  /** The opposite of {@link #byToken}, into rows of {@code plane}. */
  void byState(float[] turned, Plane plane, int from) {
    for (int n = 0; n < states; n++) {
      for (int t = 0, at = plane.row(from + n); t < tokens; t++) {
        plane.values()[at + t] = turned[t * width + n];
      }
    }
  }

  Results forward(Operands operands, Neighbourhoods patches, float[][] shares) {
    int channels = operands.u.channels();
    Plane y = Plane.of(channels, tokens);
    Plane patched = Plane.of(channels, patches.patches());
    for (int channel = 0; channel < channels; channel++) {
      scan(operands, channel);
      float skip = 2 * operands.d.f32(channel);
      int row = y.row(channel);
      for (int t = 0; t < tokens; t++) {
        y.values()[row + t] = skip * operands.u.at(channel, t);
      }
      dots(operands.c, ahead, y.values(), row, tokens, width);
      dots(operands.c, behind, y.values(), row, tokens, width);
      for (int patch = 0; patch < patches.patches(); patch++) {
        gather(patches.members()[patch], shares[patch]);
        patched.set(channel, patch, dot(operands.c, patches.centres()[patch] * width, read, 0));
      }
    }
    return new Results(y, patched);
  }

  /**
   * @param y gradient with respect to y
   * @param patched gradient with respect to what patches see
   */
  Gradients reverse(
      Operands operands, Neighbourhoods patches, float[][] shares, Plane y, Plane patched) {
    int channels = operands.u.channels();
    Gradients gradients =
        new Gradients(
            Plane.of(channels, tokens),
            Plane.of(channels, tokens),
            new float[tokens * width],
            new float[tokens * width],
            new float[shares.length][]);
    Arrays.setAll(gradients.shares, patch -> new float[shares[patch].length]);
    for (int channel = 0; channel < channels; channel++) {
      scan(operands, channel);
      readers(operands.c, y, y.row(channel), gradients.c);
      for (int patch = 0; patch < patches.patches(); patch++) {
        patch(operands.c, patches, patch, shares[patch], patched.at(channel, patch), gradients);
      }
      carry(operands, channel, gradients);
      chain(operands, channel, y, gradients);
    }
    return gradients;
  }

  /** The decays of a channel and its states both ways. */
  private void scan(Operands operands, int channel) {
    Arrays.fill(rates, 0);
    for (int n = 0; n < states; n++) {
      rates[n] = operands.a.f32((long) channel * states + n);
    }
    float[] delta = operands.delta.values();
    float[] u = operands.u.values();
    int deltaRow = operands.delta.row(channel);
    int row = operands.u.row(channel);
    for (int n = 0; n < width; n += LANES) {
      decays(delta, deltaRow, rates, n, decay, tokens, width);
      ahead(delta, deltaRow, u, row, operands.b, decay, ahead, n, tokens, width);
      behind(delta, deltaRow, u, row, operands.b, decay, behind, n, tokens, width);
    }
  }

  private static void decays(
      float[] delta, int row, float[] rates, int n, float[] decay, int tokens, int width) {
    FloatVector rate = FloatVector.fromArray(SPECIES, rates, n);
    for (int t = 0; t < tokens; t++) {
      LaneExp.of(rate.mul(delta[row + t])).intoArray(decay, t * width + n);
    }
  }

  private static void ahead(
      float[] delta,
      int deltaRow,
      float[] u,
      int row,
      float[] b,
      float[] decay,
      float[] h,
      int n,
      int tokens,
      int width) {
    FloatVector state = FloatVector.zero(SPECIES);
    for (int t = 0, at = n; t < tokens; t++, at += width) {
      FloatVector drive =
          FloatVector.fromArray(SPECIES, b, at).mul(delta[deltaRow + t] * u[row + t]);
      state = FloatVector.fromArray(SPECIES, decay, at).fma(state, drive);
      state.intoArray(h, at);
    }
  }

  private static void behind(
      float[] delta,
      int deltaRow,
      float[] u,
      int row,
      float[] b,
      float[] decay,
      float[] h,
      int n,
      int tokens,
      int width) {
    FloatVector state = FloatVector.zero(SPECIES);
    for (int t = tokens - 1, at = (tokens - 1) * width + n; t >= 0; t--, at -= width) {
      FloatVector drive =
          FloatVector.fromArray(SPECIES, b, at).mul(delta[deltaRow + t] * u[row + t]);
      state = FloatVector.fromArray(SPECIES, decay, at).fma(state, drive);
      state.intoArray(h, at);
    }
  }

  /** Adds C[t]·h[t] to {@code into}. */
  private static void dots(float[] c, float[] h, float[] into, int row, int tokens, int width) {
    float[] lanes = LaneSum.room();
    for (int t = 0; t < tokens; t++) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int n = t * width; n < (t + 1) * width; n += LANES) {
        sum = FloatVector.fromArray(SPECIES, c, n).fma(FloatVector.fromArray(SPECIES, h, n), sum);
      }
      sum.intoArray(lanes, 0);
      into[row + t] += LaneSum.of(lanes);
    }
  }

  private float sum(FloatVector vector) {
    vector.intoArray(lanes, 0);
    return LaneSum.of(lanes);
  }

  private float dot(float[] x, int from, float[] y, int other) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0; n < width; n += LANES) {
      sum =
          FloatVector.fromArray(SPECIES, x, from + n)
              .fma(FloatVector.fromArray(SPECIES, y, other + n), sum);
    }
    return sum(sum);
  }

  /** {@link #read} = Σ share · H over the members of a patch. */
  private void gather(int[] members, float[] shares) {
    Arrays.fill(read, 0);
    for (int i = 0; i < members.length; i++) {
      for (int n = 0; n < width; n += LANES) {
        int at = members[i] * width + n;
        FloatVector both =
            FloatVector.fromArray(SPECIES, ahead, at)
                .add(FloatVector.fromArray(SPECIES, behind, at));
        both.mul(shares[i]).add(FloatVector.fromArray(SPECIES, read, n)).intoArray(read, n);
      }
    }
  }

  /** {@link #reading} = dy · C, the gradient with respect to H; adds dy · H to that of C. */
  private void readers(float[] c, Plane y, int row, float[] gradientC) {
    for (int t = 0; t < tokens; t++) {
      float own = y.values()[row + t];
      for (int at = t * width; at < (t + 1) * width; at += LANES) {
        FloatVector.fromArray(SPECIES, c, at).mul(own).intoArray(reading, at);
        FloatVector both =
            FloatVector.fromArray(SPECIES, ahead, at)
                .add(FloatVector.fromArray(SPECIES, behind, at));
        both.mul(own).add(FloatVector.fromArray(SPECIES, gradientC, at)).intoArray(gradientC, at);
      }
    }
  }

  /** The part of one patch in {@link #reading}, and in the gradients of C and of its shares. */
  private void patch(
      float[] c,
      Neighbourhoods patches,
      int patch,
      float[] shares,
      float gradient,
      Gradients gradients) {
    int[] members = patches.members()[patch];
    int centre = patches.centres()[patch] * width;
    gather(members, shares);
    for (int n = 0; n < width; n += LANES) {
      FloatVector.fromArray(SPECIES, read, n)
          .mul(gradient)
          .add(FloatVector.fromArray(SPECIES, gradients.c, centre + n))
          .intoArray(gradients.c, centre + n);
    }
    for (int i = 0; i < members.length; i++) {
      int member = members[i] * width;
      gradients.shares[patch][i] +=
          gradient * (dot(c, centre, ahead, member) + dot(c, centre, behind, member));
      for (int n = 0; n < width; n += LANES) {
        FloatVector.fromArray(SPECIES, c, centre + n)
            .mul(gradient * shares[i])
            .add(FloatVector.fromArray(SPECIES, reading, member + n))
            .intoArray(reading, member + n);
      }
    }
  }

  /**
   * The gradients with respect to the states of both scans, from their ends to their beginnings;
   * with them those of B, and for each step {@link #products}, Σ g B, and {@link #decays}, what the
   * decay contributes to the gradient of Δ.
   */
  private void carry(Operands operands, int channel, Gradients gradients) {
    Arrays.fill(products, 0);
    Arrays.fill(decays, 0);
    int deltaRow = operands.delta.row(channel);
    int row = operands.u.row(channel);
    for (int n = 0; n < width; n += LANES) {
      carryAhead(decay, reading, carried, n, tokens, width);
      carryBehind(
          operands.delta.values(),
          deltaRow,
          operands.u.values(),
          row,
          operands.b,
          gradients.b,
          n,
          FloatVector.fromArray(SPECIES, rates, n));
    }
  }

  /** g[t] = reading[t] + decay[t + 1] g[t + 1]: of the forward scan. */
  private static void carryAhead(
      float[] decay, float[] reading, float[] carried, int n, int tokens, int width) {
    FloatVector g = FloatVector.zero(SPECIES);
    FloatVector next = FloatVector.zero(SPECIES);
    for (int at = (tokens - 1) * width + n; at >= 0; at -= width) {
      g = next.fma(g, FloatVector.fromArray(SPECIES, reading, at));
      next = FloatVector.fromArray(SPECIES, decay, at);
      g.intoArray(carried, at);
    }
  }

  /** The same of the backward scan, which begins where that ended; and what follows from both. */
  private void carryBehind(
      float[] delta,
      int deltaRow,
      float[] u,
      int row,
      float[] b,
      float[] gradientB,
      int n,
      FloatVector rate) {
    FloatVector g = FloatVector.zero(SPECIES);
    FloatVector before = FloatVector.zero(SPECIES);
    FloatVector past = FloatVector.zero(SPECIES);
    for (int t = 0, at = n; t < tokens; t++, at += width) {
      FloatVector own = FloatVector.fromArray(SPECIES, decay, at);
      FloatVector forward = FloatVector.fromArray(SPECIES, carried, at);
      g = before.fma(g, FloatVector.fromArray(SPECIES, reading, at));
      before = own;
      FloatVector both = g.add(forward);
      both.mul(delta[deltaRow + t] * u[row + t])
          .add(FloatVector.fromArray(SPECIES, gradientB, at))
          .intoArray(gradientB, at);
      products[t] += sum(both.mul(FloatVector.fromArray(SPECIES, b, at)));
      FloatVector came = forward.mul(past);
      if (t + 1 < tokens) {
        came = g.fma(FloatVector.fromArray(SPECIES, behind, at + width), came);
      }
      decays[t] += sum(came.mul(own).mul(rate));
      past = FloatVector.fromArray(SPECIES, ahead, at);
    }
  }

  private void chain(Operands operands, int channel, Plane y, Gradients gradients) {
    float skip = 2 * operands.d.f32(channel);
    for (int t = 0; t < tokens; t++) {
      float u = operands.u.at(channel, t);
      float delta = operands.delta.at(channel, t);
      gradients.u.set(channel, t, delta * products[t] + skip * y.at(channel, t));
      gradients.delta.set(channel, t, u * products[t] + decays[t]);
    }
  }
}
