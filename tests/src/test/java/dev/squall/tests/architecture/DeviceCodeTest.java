package dev.squall.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.tests.Checkout;
import dev.squall.tests.architecture.DeviceCode.Finding;
import dev.squall.tests.architecture.DeviceCode.Kind;
import dev.squall.tests.conformance.CatalogTasks;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Device code keeps to what TornadoVM's back ends compile right. Most is read from the class files,
 * where constants are values and helpers are calls; what only the source shows is read there.
 */
class DeviceCodeTest {
  /** Methods whose dividends are never negative, and why. */
  private static final Map<String, String> NON_NEGATIVE_DIVIDENDS =
      Map.of(
          "SparseAttentionTiles.attend", "the index of a work-item",
          "SelectiveScanTiles.scan", "the index of a work-item, or it plus a multiple of 128");

  /** Words of OpenCL C that a method must not be called. */
  private static final Set<String> OPENCL_WORDS =
      Set.of(
          "kernel",
          "half",
          "bool",
          "global",
          "local",
          "constant",
          "private",
          "read_only",
          "write_only",
          "read_write",
          "uniform",
          "pipe",
          "unsigned",
          "signed",
          "uint",
          "uchar",
          "ushort",
          "ulong",
          "size_t",
          "sampler_t",
          "event_t",
          "image2d_t",
          "struct",
          "union",
          "typedef",
          "inline",
          "restrict",
          "register",
          "sizeof",
          "auto",
          "extern",
          "main");

  private static final Pattern LABELLED_JUMP = Pattern.compile("\\b(break|continue)\\s+\\w+\\s*;");
  private static final Pattern BOTH_CONNECTIVES = Pattern.compile("&&.*\\|\\||\\|\\|.*&&");

  private static List<JavaClass> deviceClasses() {
    return MainClasses.ALL.stream()
        .filter(type -> type.getPackageName().startsWith("dev.squall.kernels."))
        .filter(type -> isDeviceCode(type.getSimpleName()))
        .toList();
  }

  private static boolean isDeviceCode(String name) {
    return name.endsWith("Loops") || name.endsWith("Tiles");
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

  @Test
  void nothingInThemIsMiscompiled() throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (JavaClass type : deviceClasses()) {
      findings.addAll(DeviceCode.findings(MainClasses.bytes(type.getName())));
    }
    assertThat(findings).filteredOn(finding -> finding.kind() == Kind.FORBIDDEN).isEmpty();
    List<Finding> divisions =
        findings.stream().filter(f -> f.kind() == Kind.POWER_OF_TWO_DIVISION).toList();
    assertThat(divisions)
        .allSatisfy(finding -> assertThat(NON_NEGATIVE_DIVIDENDS).containsKey(finding.method()));
    assertThat(divisions).extracting(Finding::method).containsAll(NON_NEGATIVE_DIVIDENDS.keySet());
  }

  /** The reader of class files finds what it looks for. */
  @Test
  void whatWouldBeMiscompiledIsFound() throws IOException {
    List<Finding> findings;
    try (var bytes = MiscompiledTiles.class.getResourceAsStream("MiscompiledTiles.class")) {
      findings = DeviceCode.findings(bytes.readAllBytes());
    }
    assertThat(findings.stream().map(finding -> finding.method().split("\\.")[1]).distinct())
        .containsExactlyInAnyOrder(MiscompiledTiles.METHODS);
    assertThat(findings).allMatch(f -> f.place().matches("MiscompiledTiles\\.java:[1-9]\\d*"));
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
      assertThat(OPENCL_WORDS).as(name).doesNotContain(task.method());
      boolean tiles = task.code().getSimpleName().endsWith("Tiles");
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

  @Test
  void sourcesHaveNoLabelsAndNoMixedConditions() throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    int read = 0;
    for (Path file : Checkout.mainSources()) {
      String name = file.getFileName().toString().replace(".java", "");
      if (isDeviceCode(name)) {
        read++;
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
          String complaint = complaint(lines.get(i));
          if (complaint != null) {
            found.add("%s:%d: %s".formatted(file.getFileName(), i + 1, complaint));
          }
        }
      }
    }
    assertThat(found).isEmpty();
    assertThat(read).isEqualTo(deviceClasses().size());
  }

  @Test
  void theSourceRulesFindWhatTheyLookFor() {
    assertThat(complaint("        break outer;")).contains("labelled");
    assertThat(complaint("  continue rows;")).contains("labelled");
    assertThat(complaint("  break;")).isNull();
    assertThat(complaint("if (x > 0 && y > 0 || z) {")).contains("&& and ||");
    assertThat(complaint("// a && b || c")).isNull();
    assertThat(complaint("if (x > 0 && y > 0) {")).isNull();
  }

  private static String complaint(String line) {
    String code = line.strip();
    if (code.startsWith("//") || code.startsWith("*") || code.startsWith("/*")) {
      return null;
    }
    if (LABELLED_JUMP.matcher(code).find()) {
      return "a labelled jump leaves the innermost loop alone";
    }
    return BOTH_CONNECTIVES.matcher(code).find()
        ? "&& and || in one condition lose their parentheses"
        : null;
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
