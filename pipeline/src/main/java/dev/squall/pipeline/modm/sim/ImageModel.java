package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import java.util.SplittableRandom;

/**
 * The CLIP similarity of a prompt to the image made from another: linear in the cosine of the two
 * prompts, from that of unrelated ones to the image's similarity to its own prompt, which differs
 * from image to image.
 *
 * <p>The mean of the latter is published (.2855 for SD3.5-Large on DiffusionDB); its spread and the
 * value of unrelated pairs are assumptions.
 */
public record ImageModel(double unrelated, double own, double spread, long seed) {
  public ImageModel {
    if (!(unrelated >= -1 && unrelated < own && own <= 1 && spread >= 0 && spread < .5)) {
      throw SquallException.invalidInput(
          "image model: similarity of unrelated pairs %s, of own pairs %s ± %s: out of order"
              .formatted(unrelated, own, spread));
    }
  }

  public static ImageModel published(long seed) {
    return new ImageModel(.1, .2855, .03, seed);
  }

  /** The image of request {@code request} to its own prompt. */
  float own(int request) {
    double normal = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + request).nextGaussian();
    return (float) (own + spread * normal);
  }
}
