package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a model is calibrated with: embedded windows of one length.
 *
 * @param kind {@code real}, {@code noise} or {@code synthetic}
 */
record CalibrationSamples(String kind, List<Plane> windows) {
  CalibrationSamples {
    windows = List.copyOf(windows);
  }

  CalibrationSamples named(String name) {
    return new CalibrationSamples(name, windows);
  }

  /**
   * Windows of a text, evenly spread over it.
   *
   * @throws SquallException INVALID_INPUT for a text shorter than a window
   */
  static CalibrationSamples real(SegmentModel model, byte[] text, int samples, int window) {
    if (text.length < window) {
      throw SquallException.invalidInput(
          "the text has %d bytes, a window of calibration takes %d".formatted(text.length, window));
    }
    int[] tokens = ByteTokens.of(text);
    int count = Math.min(samples, text.length - window + 1);
    List<Plane> windows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = count == 1 ? 0 : (int) ((long) i * (text.length - window) / (count - 1));
      windows.add(model.embed(Arrays.copyOfRange(tokens, from, from + window)));
    }
    return new CalibrationSamples("real", windows);
  }

  /** Gaussian noise in place of embedded bytes, with the embedding's mean and deviation. */
  static CalibrationSamples noise(SegmentModel model, int samples, int window, long seed) {
    double[] spread = spread(model.embedding());
    List<Plane> windows = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      Plane plane = Plane.of(model.channels(), window);
      for (int channel = 0; channel < plane.channels(); channel++) {
        for (int t = 0; t < window; t++) {
          plane.set(channel, t, (float) (spread[0] + spread[1] * random.nextGaussian()));
        }
      }
      windows.add(plane);
    }
    return new CalibrationSamples("noise", windows);
  }

  /** Mean and standard deviation of all elements. */
  static double[] spread(Tensor embedding) {
    double sum = 0;
    double squares = 0;
    for (long i = 0; i < embedding.elements(); i++) {
      sum += embedding.f32(i);
      squares += (double) embedding.f32(i) * embedding.f32(i);
    }
    double mean = sum / embedding.elements();
    return new double[] {mean, Math.sqrt(squares / embedding.elements() - mean * mean)};
  }
}
