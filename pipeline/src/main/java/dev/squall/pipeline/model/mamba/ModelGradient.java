package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import java.util.ArrayList;
import java.util.List;

/** The losses of OuroMamba-Gen on one embedded sample, and their gradient with respect to it. */
final class ModelGradient {
  private static final HostThreads ALONE = HostThreads.of(1);

  private final SegmentModel model;
  private final List<BlockGradient> blocks = new ArrayList<>();
  private final LayerNormGradient norm;
  private final DenseLayer headTurned;
  private final SynthesisSettings settings;

  ModelGradient(SegmentModel model, SynthesisSettings settings) {
    this.model = model;
    this.settings = settings;
    model.blocks().forEach(block -> blocks.add(new BlockGradient(block)));
    norm = new LayerNormGradient(model.norm());
    headTurned = BlockGradient.turned(model.head());
  }

  /**
   * @param contrast mean contrastive loss of all blocks
   * @param target loss of the labels
   * @param gradient of both, as weighted, with respect to the embedded sample
   */
  record Result(double contrast, double target, Plane gradient) {}

  /** A place to scan in, for one thread. */
  ScanGradient scratch(int tokens) {
    return new ScanGradient(tokens, model.blocks().getFirst().states());
  }

  Result of(Plane embedded, TargetLoss wanted, Neighbourhoods patches, ScanGradient scan) {
    Plane x = embedded;
    List<BlockGradient.Tape> tapes = new ArrayList<>();
    List<Plane> patched = new ArrayList<>();
    double contrast = 0;
    for (BlockGradient block : blocks) {
      BlockGradient.Tape tape = block.forward(x, patches, scan);
      tapes.add(tape);
      ContrastiveLoss.Result loss = settings.contrast().of(tape.patched());
      contrast += loss.value() / blocks.size();
      patched.add(scaled(loss.gradient(), settings.contrastWeight() / blocks.size()));
      x = sum(x, tape.out());
    }
    TargetLoss.Result target = wanted.of(model.head().apply(model.norm().apply(x), ALONE));
    Plane gradient =
        norm.reverse(
            x, headTurned.apply(scaled(target.gradient(), settings.targetWeight()), ALONE));
    for (int i = blocks.size() - 1; i >= 0; i--) {
      Plane own = blocks.get(i).reverse(tapes.get(i), gradient, patched.get(i), patches, scan);
      gradient = sum(gradient, own);
    }
    return new Result(contrast, target.value(), gradient);
  }

  private static Plane scaled(Plane plane, double factor) {
    for (int i = 0; i < plane.values().length; i++) {
      plane.values()[i] *= (float) factor;
    }
    return plane;
  }

  private static Plane sum(Plane x, Plane y) {
    Plane sum = x.copy();
    for (int i = 0; i < sum.values().length; i++) {
      sum.values()[i] += y.values()[i];
    }
    return sum;
  }
}
