package dev.squall.kernels;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** All kernels on the class path, by id. */
public final class KernelCatalog {
  private final Map<String, Kernel> byId;

  private KernelCatalog(Map<String, Kernel> byId) {
    this.byId = byId;
  }

  /** Loads every {@link KernelFamily}; two kernels of one id are a programming error. */
  public static KernelCatalog load() {
    Map<String, Kernel> byId = new TreeMap<>();
    for (KernelFamily family : ServiceLoader.load(KernelFamily.class)) {
      for (Kernel kernel : family.kernels()) {
        Kernel before = byId.put(kernel.id(), kernel);
        if (before != null) {
          throw new IllegalStateException("two kernels are called " + kernel.id());
        }
      }
    }
    return new KernelCatalog(Collections.unmodifiableMap(byId));
  }

  /** All kernels, sorted by id. */
  public Collection<Kernel> kernels() {
    return byId.values();
  }

  /**
   * @throws SquallException INVALID_INPUT listing the ids there are
   */
  public Kernel kernel(String id) {
    Kernel kernel = byId.get(id);
    if (kernel == null) {
      throw SquallException.invalidInput(
          "no kernel named %s; there are: %s".formatted(id, String.join(", ", byId.keySet())));
    }
    return kernel;
  }
}
