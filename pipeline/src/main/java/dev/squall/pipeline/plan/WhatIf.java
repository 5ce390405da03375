package dev.squall.pipeline.plan;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfile.Quantity;
import dev.squall.profiles.EditDistance;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * A device with other figures: {@code device=arc-a770,bandwidth=×2,watts=190}. A figure is a factor
 * ({@code ×2}, {@code x2}, {@code *2}) or a value in the profile's unit.
 *
 * @param device the word for the device
 */
public record WhatIf(String device, Map<Quantity, Figure> changes) {
  private static final String OPTION = "--what-if";
  private static final String DEVICE = "device";
  private static final List<String> UNITS = List.of("TFLOP/s", "GB/s", "GB/s", "µs", "GB", "W");

  public WhatIf {
    changes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(changes));
  }

  /** A factor or a value. */
  public record Figure(double number, boolean factor) {
    DoubleUnaryOperator change() {
      return old -> factor ? old * number : number;
    }
  }

  /**
   * @throws SquallException INVALID_INPUT naming the nearest key that is known
   */
  public static WhatIf parse(String text) {
    String device = null;
    Map<Quantity, Figure> changes = new LinkedHashMap<>();
    for (String word : text.split(",")) {
      int equals = word.indexOf('=');
      if (equals <= 0 || equals == word.length() - 1) {
        throw bad(text, "'%s' is no key=value".formatted(word));
      }
      String key = word.substring(0, equals).strip();
      String value = word.substring(equals + 1).strip();
      if (key.equals(DEVICE)) {
        if (device != null) {
          throw bad(text, "device is given twice");
        }
        device = value;
      } else if (changes.put(quantity(text, key), figure(text, key, value)) != null) {
        throw bad(text, key + " is given twice");
      }
    }
    if (device == null || changes.isEmpty()) {
      throw bad(text, "write device=ID,key=×2 with keys " + String.join(", ", keys()));
    }
    return new WhatIf(device, changes);
  }

  /** The device with the changed profile, and memory. */
  public Device applyTo(Device original) {
    DeviceProfile profile = original.profile();
    long memory = original.memoryBytes();
    for (Map.Entry<Quantity, Figure> change : changes.entrySet()) {
      try {
        profile = profile.with(change.getKey(), change.getValue().change());
      } catch (IllegalArgumentException e) {
        throw SquallException.invalidInput(
            "%s: the profile of %s does not know its %s; give a value in %s instead of a factor"
                .formatted(
                    OPTION,
                    original.id(),
                    key(change.getKey()),
                    UNITS.get(change.getKey().ordinal())));
      }
      if (change.getKey() == Quantity.MEMORY) {
        Figure figure = change.getValue();
        memory = (long) (figure.factor() ? memory * figure.number() : figure.number() * 1e9);
      }
    }
    return new Device(
        original.id(),
        original.engine(),
        original.name(),
        original.driver(),
        memory,
        original.traits(),
        profile,
        original.limits());
  }

  /**
   * Predictions for changed devices: those of the real ones, as much better as the profile says.
   */
  public static CostModel costs(CostModel real, Map<Device, Device> originals) {
    return new Scaled(real, originals);
  }

  private record Scaled(CostModel real, Map<Device, Device> originals) implements CostModel {
    private static final ProfileCostModel PROFILE = new ProfileCostModel();

    @Override
    public Prediction predict(
        dev.squall.pipeline.graph.Stage stage,
        dev.squall.kernels.spec.Variant variant,
        Device device) {
      return predict(stage, variant, device, Measured.ALONE);
    }

    @Override
    public Prediction predict(
        dev.squall.pipeline.graph.Stage stage,
        dev.squall.kernels.spec.Variant variant,
        Device device,
        String line) {
      Device original = originals.getOrDefault(device, device);
      Prediction known = real.predict(stage, variant, original, line);
      if (original.equals(device)) {
        return known;
      }
      Prediction before = PROFILE.predict(stage, variant, original);
      Prediction after = PROFILE.predict(stage, variant, device);
      return new Prediction(
          known.launch() * after.launch() / before.launch(),
          known.transfer(),
          known.compute() * after.compute() / before.compute(),
          known.startUp(),
          known.basis(),
          known.measurements(),
          known.uncertainty());
    }

    @Override
    public long version() {
      return real.version();
    }

    @Override
    public Bus bus(Device device) {
      Device original = originals.getOrDefault(device, device);
      Bus known = real.bus(original);
      Bus before = Bus.of(original);
      Bus after = Bus.of(device);
      return original.equals(device) || !known.ownMemory()
          ? known
          : new Bus(
              true,
              known.toDevice() * after.toDevice() / before.toDevice(),
              known.fromDevice() * after.fromDevice() / before.fromDevice(),
              known.measured());
    }

    @Override
    public double openSeconds(Device device) {
      return real.openSeconds(originals.getOrDefault(device, device));
    }
  }

  private static Quantity quantity(String text, String key) {
    return Arrays.stream(Quantity.values())
        .filter(quantity -> key(quantity).equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                bad(
                    text,
                    "unknown key '%s'; did you mean '%s'? (%s)"
                        .formatted(
                            key,
                            EditDistance.nearest(key, keys()).orElseThrow(),
                            String.join(", ", keys()))));
  }

  private static Figure figure(String text, String key, String value) {
    boolean factor = value.matches("[×x*].*");
    try {
      double number = Double.parseDouble(factor ? value.substring(1) : value);
      if (number > 0 && Double.isFinite(number)) {
        return new Figure(number, factor);
      }
    } catch (NumberFormatException e) {
      // Said below, with all else that is no figure.
    }
    throw bad(
        text,
        "%s = %s: expected a factor such as ×2, or a number in %s"
            .formatted(key, value, UNITS.get(quantity(text, key).ordinal())));
  }

  private static List<String> keys() {
    return Arrays.stream(Quantity.values()).map(WhatIf::key).toList();
  }

  private static String key(Quantity quantity) {
    return quantity.name().toLowerCase(Locale.ROOT);
  }

  private static SquallException bad(String text, String problem) {
    return SquallException.invalidInput("%s %s: %s".formatted(OPTION, text, problem));
  }
}
