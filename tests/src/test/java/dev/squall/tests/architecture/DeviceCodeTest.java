package dev.squall.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.doctor.Acceptances;
import dev.squall.pipeline.doctor.Backend;
import dev.squall.pipeline.doctor.Diagnosis;
import dev.squall.pipeline.doctor.Doctor;
import dev.squall.pipeline.doctor.Finding;
import dev.squall.pipeline.doctor.Rule;
import dev.squall.tests.Checkout;
import dev.squall.tests.conformance.CatalogTasks;
import dev.squall.tests.example.SaxpyLoops;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Device code keeps to what TornadoVM's back ends compile right: the doctor finds nothing. */
class DeviceCodeTest {
  private static final Path CLASSES = Checkout.root().resolve("tornado-kernels/target/classes");

  private static List<JavaClass> deviceClasses() {
    return MainClasses.ALL.stream()
        .filter(type -> type.getPackageName().startsWith("dev.squall.kernels."))
        .filter(type -> isDeviceCode(type.getSimpleName()))
        .toList();
  }

  private static boolean isDeviceCode(String name) {
    return name.endsWith("Loops") || hasGroups(name);
  }

  private static boolean hasGroups(String name) {
    return name.endsWith("Tiles") || name.endsWith("TensorCores");
  }

  @Test
  void everyTaskIsInSuchAClass() {
    List<Task> tasks = CatalogTasks.all();
    assertThat(tasks).hasSizeGreaterThan(5);
    assertThat(tasks).allMatch(task -> isDeviceCode(task.code().getSimpleName()));
    // And no such class is dead.
    assertThat(tasks.stream().map(task -> task.code().getName()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            deviceClasses().stream().map(JavaClass::getName).toList());
  }

  /**
   * All that the tasks of the catalog are made of was seen to be right on every back end. Kernels
   * with explicit work-groups refuse FPGAs, and have loops beside them.
   */
  @Test
  void theDoctorFindsNothingInThem() {
    Diagnosis diagnosis = Doctor.of(List.of(CLASSES)).examine(EnumSet.allOf(Backend.class), true);
    Acceptances accepted = Acceptances.ofOwnKernels();
    assertThat(accepted.unused(diagnosis.findings())).isEmpty();
    List<Finding> findings = accepted.remaining(diagnosis.findings());
    assertThat(findings).filteredOn(finding -> finding.rule() != Rule.FPGA_CONTEXT).isEmpty();
    assertThat(findings).allMatch(finding -> hasGroups(finding.type()));
    Set<String> tasks = new TreeSet<>();
    CatalogTasks.all().forEach(task -> tasks.add(task.code().getName() + "." + task.method()));
    assertThat(diagnosis.kernels()).containsExactlyElementsOf(tasks);
  }

  /** The kernel that others start from. */
  @Test
  void theDoctorFindsNothingInTheExample() throws URISyntaxException {
    Path classes =
        Path.of(SaxpyLoops.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Diagnosis diagnosis = Doctor.of(List.of(classes)).examine(EnumSet.allOf(Backend.class), true);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.kernels()).contains(SaxpyLoops.class.getName() + ".saxpy");
  }

  @Test
  void taskMethodsTakeArraysAlone() {
    for (Task task : CatalogTasks.all()) {
      String name = task.code().getSimpleName() + "." + task.method();
      List<Method> methods =
          Arrays.stream(task.code().getDeclaredMethods())
              .filter(method -> method.getName().equals(task.method()))
              .toList();
      assertThat(methods).as("methods named %s", name).hasSize(1);
      Method method = methods.getFirst();
      assertThat(Modifier.isStatic(method.getModifiers())).as(name).isTrue();
      assertThat(method.getReturnType()).as(name).isEqualTo(void.class);
      boolean tiles = hasGroups(task.code().getSimpleName());
      List<Class<?>> parameters = List.of(method.getParameterTypes());
      assertThat(parameters.getFirst() == KernelContext.class).as(name).isEqualTo(tiles);
      assertThat(parameters.subList(tiles ? 1 : 0, parameters.size()))
          .as(name)
          .isNotEmpty()
          .allMatch(TornadoNativeArray.class::isAssignableFrom);
      // TornadoVM's task methods end at fifteen arguments.
      assertThat(parameters).as(name).hasSizeLessThanOrEqualTo(15);
    }
  }

  @Test
  void otherMethodsOfTheirsAnswerAValue() {
    Set<String> tasks = new TreeSet<>();
    CatalogTasks.all().forEach(task -> tasks.add(task.code().getName() + "." + task.method()));
    for (JavaClass type : deviceClasses()) {
      for (JavaMethod method : type.getMethods()) {
        boolean kernel = method.getRawReturnType().isEquivalentTo(void.class);
        if (kernel && !method.getModifiers().contains(JavaModifier.PRIVATE)) {
          assertThat(tasks).contains(type.getName() + "." + method.getName());
        }
      }
    }
  }

  @Test
  void grids() {
    for (Task task : CatalogTasks.all()) {
      List<Integer> global = task.grid().global();
      List<Integer> local = task.grid().local();
      String name = task.code().getSimpleName() + "." + task.method() + " " + task.grid();
      assertThat(global).as(name).hasSizeBetween(1, 3).allMatch(extent -> extent > 0);
      assertThat(local.isEmpty()).as(name).isEqualTo(task.code().getSimpleName().endsWith("Loops"));
      for (int axis = 0; axis < local.size(); axis++) {
        assertThat(global.get(axis) % local.get(axis)).as(name).isZero();
      }
    }
  }

  /** The form that every device can run. */
  @Test
  void everyKernelHasLoops() {
    assertThat(KernelCatalog.load().kernels())
        .allSatisfy(
            kernel ->
                assertThat(names(kernel)).as(kernel.id()).contains("loops").endsWith("reference"));
  }

  private static List<String> names(Kernel kernel) {
    return kernel.variants().stream().map(Variant::name).toList();
  }
}
