package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;

/**
 * How samples are made of noise.
 *
 * @param samples how many
 * @param window tokens of each
 * @param iterations steps of descent
 * @param patch tokens of a patch, odd
 * @param stride tokens between centres of patches
 * @param positives of each patch
 * @param temperature of the contrastive loss
 * @param contrastWeight of that loss, 0 to leave it out
 * @param targetWeight of the loss of the model's own task, 0 to leave it out
 * @param rate of descent, in standard deviations of the embedding
 * @param seed of noise and targets
 */
public record SynthesisSettings(
    int samples,
    int window,
    int iterations,
    int patch,
    int stride,
    int positives,
    double temperature,
    double contrastWeight,
    double targetWeight,
    double rate,
    long seed) {
  public SynthesisSettings {
    requireCount("samples", samples, 1);
    requireCount("iterations", iterations, 0);
    requireCount("stride", stride, 1);
    requireCount("window", window, 1);
    requireCount("positives", positives, 1);
    if (patch < 1 || patch % 2 == 0) {
      throw SquallException.invalidInput("patch = %d: expected an odd number".formatted(patch));
    }
    if (Math.ceilDiv(window, stride) < positives + 2) {
      throw SquallException.invalidInput(
          "%d patches in %d tokens: too few for %d positives and a negative"
              .formatted(Math.ceilDiv(window, stride), window, positives));
    }
    requirePositive("temperature", temperature);
    requirePositive("rate", rate);
    if (!(contrastWeight >= 0 && targetWeight >= 0 && contrastWeight + targetWeight < 1e9)) {
      throw SquallException.invalidInput(
          "weights of losses %s and %s: expected from 0".formatted(contrastWeight, targetWeight));
    }
  }

  /** 128 samples, patches of five tokens with twelve positives. */
  public static SynthesisSettings usual() {
    return new SynthesisSettings(128, 512, 40, 5, 4, 12, .1, 1, 1, .1, 20251019);
  }

  public SynthesisSettings withSize(int otherSamples, int otherWindow) {
    return new SynthesisSettings(
        otherSamples,
        otherWindow,
        iterations,
        patch,
        stride,
        positives,
        temperature,
        contrastWeight,
        targetWeight,
        rate,
        seed);
  }

  public SynthesisSettings withLosses(double contrast, double target) {
    return new SynthesisSettings(
        samples,
        window,
        iterations,
        patch,
        stride,
        positives,
        temperature,
        contrast,
        target,
        rate,
        seed);
  }

  public SynthesisSettings withDescent(int steps, double otherRate, long otherSeed) {
    return new SynthesisSettings(
        samples,
        window,
        steps,
        patch,
        stride,
        positives,
        temperature,
        contrastWeight,
        targetWeight,
        otherRate,
        otherSeed);
  }

  public SynthesisSettings withPatches(int tokens, int apart, int similar, double heat) {
    return new SynthesisSettings(
        samples,
        window,
        iterations,
        tokens,
        apart,
        similar,
        heat,
        contrastWeight,
        targetWeight,
        rate,
        seed);
  }

  ContrastiveLoss contrast() {
    return new ContrastiveLoss(positives, temperature);
  }

  private static void requireCount(String what, int value, int least) {
    if (value < least) {
      throw SquallException.invalidInput("%s = %d: expected from %d".formatted(what, value, least));
    }
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0 && value < 1e6)) {
      throw SquallException.invalidInput(
          "%s = %s: expected a positive number".formatted(what, value));
    }
  }
}
