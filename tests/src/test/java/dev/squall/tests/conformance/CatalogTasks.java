package dev.squall.tests.conformance;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import java.util.ArrayList;
import java.util.List;

/** All tasks that the kernels of the catalog make of the cases. */
public final class CatalogTasks {
  /** A device that takes any program. */
  public static final DeviceTraits EVERYTHING =
      new DeviceTraits(false, true, 1024, 1L << 20, 256, true, true, true);

  private CatalogTasks() {}

  public static List<Task> all() {
    return on(EVERYTHING);
  }

  /** Those alone that a device of such traits is given. */
  public static List<Task> on(DeviceTraits traits) {
    KernelCatalog catalog = KernelCatalog.load();
    List<Task> tasks = new ArrayList<>();
    for (ConformanceCase one : ConformanceCases.selected(catalog)) {
      Kernel kernel = catalog.kernel(one.kernel());
      Sizes sizes = CaseInputs.call(kernel, one).sizes();
      for (Variant variant : kernel.variants()) {
        if (variant instanceof Variant.Device device
            && device.supports(sizes, traits).supported()) {
          tasks.addAll(device.program().apply(sizes).tasks());
        }
      }
    }
    return tasks;
  }
}
