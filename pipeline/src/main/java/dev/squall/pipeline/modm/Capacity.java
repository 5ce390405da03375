package dev.squall.pipeline.modm;

import dev.squall.kernels.error.SquallException;

/**
 * What the GPUs can do.
 *
 * @param gpus how many there are, N
 * @param large whole generations a minute of a GPU with the large model, P_large
 * @param small the same with the small model, P_small
 */
public record Capacity(int gpus, double large, double small) {
  public Capacity {
    if (gpus < 1) {
      throw SquallException.invalidInput("gpus = %d: expected at least 1".formatted(gpus));
    }
    if (!(large > 0) || !(small > 0)) {
      throw SquallException.invalidInput(
          "rates %s and %s a minute: expected above 0".formatted(large, small));
    }
  }
}
