package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;

/**
 * A block of {@link SegmentModel} in single precision, keeping what its reverse mode needs, and
 * that reverse mode. Weights are constants: the only gradients are those of activations.
 */
final class BlockGradient {
  /** Samples are what runs in parallel, not what is in them. */
  private static final HostThreads ALONE = HostThreads.of(1);

  private final MambaBlock block;
  private final CentredConvolution convolution;
  private final LayerNormGradient norm;
  private final DenseLayer inTurned;
  private final DenseLayer selectTurned;
  private final DenseLayer stepTurned;
  private final DenseLayer outTurned;

  BlockGradient(MambaBlock block) {
    this.block = block;
    convolution = new CentredConvolution(block.conv(), block.convBias());
    norm = new LayerNormGradient(block.norm());
    inTurned = turned(block.in());
    selectTurned = turned(block.select());
    stepTurned = turned(block.step());
    outTurned = turned(block.out());
  }

  /** Gradients pass a dense layer by its transpose. */
  static DenseLayer turned(DenseLayer layer) {
    float[] weight = new float[layer.weight().length];
    for (int m = 0; m < layer.outputs(); m++) {
      for (int k = 0; k < layer.inputs(); k++) {
        weight[k * layer.outputs() + m] = layer.weight()[m * layer.inputs() + k];
      }
    }
    return new DenseLayer(
        layer.name(), layer.outputs(), layer.inputs(), weight, new float[layer.inputs()]);
  }

  /**
   * What the forward pass leaves.
   *
   * @param x input of the block
   * @param filtered inner channels before their activation
   * @param gate by inner channel, before its activation
   * @param raw time steps before the softplus
   * @param means mean time step of each token
   * @param scanned sum of both scans
   * @param patched what the patches see, a column a patch
   * @param out what the block adds to x
   */
  record Tape(
      Plane x,
      Plane filtered,
      Plane gate,
      Plane raw,
      ScanGradient.Operands operands,
      float[] means,
      float[][] shares,
      Plane scanned,
      Plane patched,
      Plane out) {}

  Tape forward(Plane x, Neighbourhoods patches, ScanGradient scan) {
    int inner = block.inner();
    int rank = block.stepRank();
    Plane split = block.in().apply(block.norm().apply(x), ALONE);
    Plane filtered = convolution.forward(split);
    Plane u = SigmoidPlane.silu(filtered);
    Plane selected = block.select().apply(u, ALONE);
    Plane raw = block.step().apply(rows(selected, 0, rank), ALONE);
    Plane delta = Plane.of(new TimeSteps(raw).delta(), inner, x.tokens());
    float[] means = means(delta);
    float[][] shares = patches.shares(means);
    ScanGradient.Operands operands =
        new ScanGradient.Operands(
            u,
            delta,
            block.a(),
            scan.byToken(selected, rank),
            scan.byToken(selected, rank + block.states()),
            block.d());
    ScanGradient.Results results = scan.forward(operands, patches, shares);
    Plane gate = rows(split, inner, inner);
    Plane out = block.out().apply(times(results.y(), SigmoidPlane.silu(gate)), ALONE);
    return new Tape(
        x, filtered, gate, raw, operands, means, shares, results.y(), results.patched(), out);
  }

  /**
   * The gradient with respect to the block's input.
   *
   * @param out with respect to what the block adds
   * @param patched with respect to what the patches see
   */
  Plane reverse(Tape tape, Plane out, Plane patched, Neighbourhoods patches, ScanGradient scan) {
    int inner = block.inner();
    int rank = block.stepRank();
    int tokens = tape.x.tokens();
    Plane gated = outTurned.apply(out, ALONE);
    Plane scanned = times(gated, SigmoidPlane.silu(tape.gate));
    Plane gate = SigmoidPlane.reverseSilu(tape.gate, times(gated, tape.scanned));
    ScanGradient.Gradients own =
        scan.reverse(tape.operands, patches, tape.shares, scanned, patched);
    float[] means = new float[tokens];
    patches.reverseShares(tape.means, own.shares(), means);
    Plane raw = throughSoftplus(tape.raw, own.delta(), means);
    Plane selected = Plane.of(block.select().outputs(), tokens);
    copy(stepTurned.apply(raw, ALONE), selected, 0);
    scan.byState(own.b(), selected, rank);
    scan.byState(own.c(), selected, rank + block.states());
    Plane u = selectTurned.apply(selected, ALONE);
    for (int i = 0; i < u.values().length; i++) {
      u.values()[i] += own.u().values()[i];
    }
    Plane split = Plane.of(2 * inner, tokens);
    convolution.reverse(SigmoidPlane.reverseSilu(tape.filtered, u), split);
    copy(gate, split, inner);
    return norm.reverse(tape.x, inTurned.apply(split, ALONE));
  }

  private static Plane throughSoftplus(Plane raw, Plane delta, float[] means) {
    Plane gradient = SigmoidPlane.sigmoid(raw);
    for (int channel = 0; channel < raw.channels(); channel++) {
      for (int t = 0, at = raw.row(channel); t < raw.tokens(); t++) {
        gradient.values()[at + t] *= delta.values()[at + t] + means[t] / raw.channels();
      }
    }
    return gradient;
  }

  private static float[] means(Plane delta) {
    float[] means = new float[delta.tokens()];
    for (int channel = 0; channel < delta.channels(); channel++) {
      for (int t = 0, at = delta.row(channel); t < means.length; t++) {
        means[t] += delta.values()[at + t];
      }
    }
    for (int t = 0; t < means.length; t++) {
      means[t] /= delta.channels();
    }
    return means;
  }

  private static Plane rows(Plane plane, int from, int count) {
    Plane part = Plane.of(count, plane.tokens());
    System.arraycopy(plane.values(), plane.row(from), part.values(), 0, part.values().length);
    return part;
  }

  private static void copy(Plane part, Plane into, int from) {
    System.arraycopy(part.values(), 0, into.values(), into.row(from), part.values().length);
  }

  private static Plane times(Plane x, Plane y) {
    Plane product = x.copy();
    for (int i = 0; i < product.values().length; i++) {
      product.values()[i] *= y.values()[i];
    }
    return product;
  }
}
