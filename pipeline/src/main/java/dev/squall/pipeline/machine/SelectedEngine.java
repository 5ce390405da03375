package dev.squall.pipeline.machine;

import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import java.util.List;
import java.util.Map;

/**
 * Some of an engine's devices, perhaps with other figures in their profiles.
 *
 * @param shown the engine's own device for each that is shown
 */
public record SelectedEngine(Engine engine, Map<Device, Device> shown) implements Engine {
  public SelectedEngine {
    shown = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(shown));
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Enumeration enumerate() {
    return new Enumeration(List.copyOf(shown.keySet()), List.of());
  }

  @Override
  public TensorMemory memory() {
    return engine.memory();
  }

  @Override
  public Support supports(Device device, Variant variant, Sizes sizes) {
    return engine.supports(shown.get(device), variant, sizes);
  }

  @Override
  public DeviceSession open(Device device) {
    return engine.open(shown.get(device));
  }
}
