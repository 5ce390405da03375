package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import java.util.List;

/**
 * Service times of the models on one kind of GPU; every number has a source in the file that it is
 * from.
 *
 * @param busyWatts drawn while it generates
 * @param idleWatts drawn otherwise
 */
public record GpuProfile(
    String id, String name, double busyWatts, double idleWatts, List<Model> models) {
  public GpuProfile {
    models = List.copyOf(models);
  }

  /**
   * A model on this GPU.
   *
   * @param seconds a whole generation of one image
   * @param loadSeconds to take the place of another model on the GPU
   */
  public record Model(String name, double seconds, double loadSeconds) {
    /** Whole generations a minute. */
    public double ratePerMinute() {
      return 60 / seconds;
    }
  }

  /**
   * @throws SquallException INVALID_INPUT listing the models there are
   */
  public Model model(String wanted) {
    return models.stream()
        .filter(model -> model.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "no model %s on %s; there are: %s"
                        .formatted(
                            wanted,
                            id,
                            String.join(", ", models.stream().map(Model::name).toList()))));
  }
}
