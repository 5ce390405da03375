package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * OuroMamba-Gen: embedded samples that a model likes, made of Gaussian noise by descent (Adam) on a
 * contrastive loss over what patches see of the scans' states and on the model's own task.
 *
 * <p>The task asks of each sample one to four stretches, each of a content type; types take turns.
 */
final class SampleSynthesis {
  private static final double FIRST = .9;
  private static final double SECOND = .999;
  private static final double TINY = 1e-8;
  private static final int MOST_STRETCHES = 4;

  private final SegmentModel model;
  private final SynthesisSettings settings;
  private final ModelGradient gradient;
  private final Neighbourhoods patches;
  private final double rate;

  SampleSynthesis(SegmentModel model, SynthesisSettings settings) {
    this.model = model;
    this.settings = settings;
    gradient = new ModelGradient(model, settings);
    patches = Neighbourhoods.text(settings.window(), settings.patch(), settings.stride());
    rate = settings.rate() * CalibrationSamples.spread(model.embedding())[1];
  }

  /**
   * A sample and what its losses were.
   *
   * @param before of the noise: contrastive, target
   * @param after of the sample
   */
  record Sample(Plane plane, double[] before, double[] after) {}

  /**
   * @param done told of each sample that is made
   */
  List<Sample> run(HostThreads threads, IntConsumer done) {
    Sample[] samples = new Sample[settings.samples()];
    List<Plane> noise =
        CalibrationSamples.noise(model, samples.length, settings.window(), settings.seed())
            .windows();
    threads.forEach(
        samples.length,
        () -> gradient.scratch(settings.window()),
        (scratch, index) -> {
          samples[(int) index] = descend(noise.get((int) index), labels((int) index), scratch);
          done.accept((int) index);
        });
    return Arrays.asList(samples);
  }

  private Sample descend(Plane plane, int[] labels, ScanGradient scratch) {
    TargetLoss wanted = new TargetLoss(labels);
    float[] x = plane.values();
    float[] mean = new float[x.length];
    float[] square = new float[x.length];
    double[] before = null;
    for (int step = 1; step <= settings.iterations(); step++) {
      ModelGradient.Result own = gradient.of(plane, wanted, patches, scratch);
      before = before == null ? losses(own) : before;
      double size = rate * Math.sqrt(1 - Math.pow(SECOND, step)) / (1 - Math.pow(FIRST, step));
      adam(x, own.gradient().values(), mean, square, (float) size);
    }
    double[] after = losses(gradient.of(plane, wanted, patches, scratch));
    return new Sample(plane, before == null ? after : before, after);
  }

  private static double[] losses(ModelGradient.Result result) {
    return new double[] {result.contrast(), result.target()};
  }

  private static void adam(float[] x, float[] g, float[] mean, float[] square, float size) {
    float first = (float) FIRST;
    float second = (float) SECOND;
    float tiny = (float) TINY;
    for (int i = 0; i < x.length; i++) {
      mean[i] = first * mean[i] + (1 - first) * g[i];
      square[i] = second * square[i] + (1 - second) * g[i] * g[i];
      x[i] -= size * mean[i] / ((float) Math.sqrt(square[i]) + tiny);
    }
  }

  /** The types that sample {@code index} is to be of, token by token. */
  int[] labels(int index) {
    SplittableRandom random = new SplittableRandom(settings.seed() + 31L * index);
    int[] labels = new int[settings.window()];
    int stretches = Math.min(labels.length, 1 + random.nextInt(MOST_STRETCHES));
    int type = index;
    for (int stretch = 0; stretch < stretches; stretch++) {
      int from = (int) ((long) labels.length * stretch / stretches);
      int to = (int) ((long) labels.length * (stretch + 1) / stretches);
      Arrays.fill(labels, from, to, Math.floorMod(type, model.classes()));
      type += 1 + random.nextInt(model.classes());
    }
    return labels;
  }
}
