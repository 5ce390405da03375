package dev.squall.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.build.Bundles;
import dev.squall.tests.Checkout;
import dev.squall.tests.conformance.CatalogTasks;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shipped kernel bundles are those of the kernels' present source. */
class KernelBundlesTest {
  @ParameterizedTest
  @EnumSource(BundleTarget.class)
  void noBundleIsStaleOrMissing(BundleTarget target) {
    assertThat(Bundles.stale(Checkout.root(), target))
        .as("bundles that do not fit their kernels; ./squall bundle build makes them anew")
        .isEmpty();
  }

  @Test
  void bundlesAreMadeOfEveryTaskOfTheConformanceCases() {
    Set<String> bundled =
        Arrays.stream(BundleTarget.values())
            .flatMap(target -> Bundles.tasks(target).keySet().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> used =
        CatalogTasks.on(DeviceTraits.HOST).stream()
            .map(KernelBundlesTest::key)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(used).hasSizeGreaterThan(5);
    assertThat(bundled)
        .as("kernel methods that the sample calls of ./squall bundle build reach")
        .containsAll(used);
  }

  private static String key(Task task) {
    return task.code().getName() + "." + task.method();
  }
}
