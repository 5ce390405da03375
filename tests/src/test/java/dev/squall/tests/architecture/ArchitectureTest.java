package dev.squall.tests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.implement;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import dev.squall.pipeline.cli.Main;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;

/** One direction of dependency, and where things belong. */
class ArchitectureTest {
  private static final String KERNELS = "dev.squall.kernels..";
  private static final String PROFILES = "dev.squall.profiles..";
  private static final String PIPELINE = "dev.squall.pipeline..";
  private static final String COMMAND_LINE = "dev.squall.pipeline.cli..";
  private static final String[] EMBEDDED = {
    "dev.squall.tornado.embedded..", "uk.ac.manchester.tornado.."
  };
  private static final String[] FRAMEWORK = {
    "dev.squall.kernels",
    "dev.squall.kernels.error..",
    "dev.squall.kernels.host..",
    "dev.squall.kernels.spec..",
    "dev.squall.kernels.tensor..",
    "dev.squall.kernels.verify.."
  };
  private static final String TORNADO = "uk.ac.manchester.tornado..";

  /** Code that TornadoVM compiles. */
  private static final DescribedPredicate<JavaClass> DEVICE_CODE =
      simpleNameEndingWith("Loops")
          .or(simpleNameEndingWith("Tiles"))
          .or(simpleNameEndingWith("TensorCores"));

  private static final DescribedPredicate<JavaClass> USES_TORNADO =
      DescribedPredicate.describe("use TornadoVM", type -> !tornadoTypesOf(type).isEmpty());

  /** Small functions that device code calls: of TornadoVM they know the mathematics alone. */
  private static final DescribedPredicate<JavaClass> DEVICE_FUNCTION =
      DescribedPredicate.describe(
          "functions on TornadoMath alone",
          type -> tornadoTypesOf(type).equals(Set.of("TornadoMath")));

  /** Where device code is handed to task graphs, classes nested there included. */
  private static final DescribedPredicate<JavaClass> WIRING =
      DescribedPredicate.describe(
          "kernels or Programs",
          type ->
              simpleNameEndingWith("Programs")
                  .or(implement(Kernel.class))
                  .test(type.getEnclosingClass().orElse(type)));

  private static final JavaClasses CLASSES = MainClasses.ALL;

  private static Set<String> tornadoTypesOf(JavaClass type) {
    return type.getDirectDependenciesFromSelf().stream()
        .map(Dependency::getTargetClass)
        .filter(resideInAPackage(TORNADO))
        .map(JavaClass::getSimpleName)
        .collect(Collectors.toSet());
  }

  /** In a recorded graph TornadoVM's PTX back end hands it to the last kernel alone. */
  @Test
  void deviceCodeKnowsItsSizesFromItsDimensions() {
    noClasses()
        .that()
        .resideInAPackage(KERNELS)
        .should()
        .accessField(KernelContext.class, "globalGroupSizeX")
        .orShould()
        .accessField(KernelContext.class, "globalGroupSizeY")
        .orShould()
        .accessField(KernelContext.class, "globalGroupSizeZ")
        .check(CLASSES);
  }

  @Test
  void kernelsKnowNeitherPipelineNorProfiles() {
    noClasses()
        .that()
        .resideInAPackage(KERNELS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(PIPELINE, PROFILES)
        .check(CLASSES);
  }

  @Test
  void profilesKnowNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage(PROFILES)
        .should()
        .dependOnClassesThat(ours().and(not(resideInAPackage(PROFILES))))
        .check(CLASSES);
  }

  @Test
  void theEmbeddedApiKnowsNothingOfOurs() {
    noClasses()
        .that()
        .resideInAnyPackage(EMBEDDED)
        .should()
        .dependOnClassesThat(ours().and(not(resideInAnyPackage(EMBEDDED))))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> ours() {
    return resideInAnyPackage("dev.squall..", TORNADO);
  }

  @Test
  void theCoreKnowsNoCluster() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.spark..", "scala..")
        .because("pipeline-spark alone speaks to Spark, in a process of its own")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.squall.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void tornadoTypesStayWhereDeviceCodeIsWrittenAndLaunched() {
    classes()
        .that()
        .resideInAPackage("dev.squall..")
        .and()
        .resideOutsideOfPackages(
            "dev.squall.tornado.embedded..",
            "dev.squall.kernels.launch..",
            "dev.squall.pipeline.engine..")
        .and(USES_TORNADO)
        .should(be(DEVICE_CODE.or(DEVICE_FUNCTION).or(WIRING)))
        .check(CLASSES);
  }

  @Test
  void onlyLaunchAndEnginesRunGraphs() {
    noClasses()
        .that()
        .resideInAPackage("dev.squall..")
        .and()
        .resideOutsideOfPackages(
            "dev.squall.tornado.embedded..",
            "dev.squall.kernels.launch..",
            "dev.squall.pipeline.engine..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "uk\\.ac\\.manchester\\.tornado\\.api\\."
                + "(TornadoExecutionPlan|ImmutableTaskGraph|GridScheduler|WorkerGrid.*)")
        .check(CLASSES);
  }

  @Test
  void theFrameworkKnowsNoFamily() {
    noClasses()
        .that()
        .resideInAnyPackage(FRAMEWORK)
        .or()
        .resideInAPackage("dev.squall.kernels.launch..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(KERNELS)
                .and(not(resideInAnyPackage(FRAMEWORK)))
                .and(not(resideInAPackage("dev.squall.kernels.launch.."))))
        .check(CLASSES);
  }

  @Test
  void kernelImplementationsAreFinalPublicAndRegistered() {
    classes()
        .that()
        .implement(Kernel.class)
        .should()
        .bePublic()
        .andShould()
        .haveModifier(JavaModifier.FINAL)
        .check(CLASSES);
    List<String> implementations =
        CLASSES.stream()
            .filter(type -> type.isAssignableTo(Kernel.class) && !type.isInterface())
            .map(JavaClass::getName)
            .toList();
    assertThat(KernelCatalog.load().kernels().stream().map(kernel -> kernel.getClass().getName()))
        .containsAll(implementations);
  }

  /** Every kernel says in double precision what it means, in its own folder. */
  @Test
  void everyKernelHasAReferenceInItsFamily() {
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      Class<?> reference = kernel.reference().getClass();
      assertThat(reference.getSimpleName()).as(kernel.id()).endsWith("Reference");
      assertThat(reference.getPackage()).as(kernel.id()).isEqualTo(kernel.getClass().getPackage());
    }
  }

  @Test
  void idsBeginWithTheFamilysFolder() {
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      String folder = kernel.getClass().getPackageName().replace("dev.squall.kernels.", "");
      assertThat(kernel.id()).startsWith(folder + ".");
    }
  }

  /** And a device's process, once its parent is gone. */
  @Test
  void onlyMainEndsTheProcess() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(Main.class.getName())
        .and()
        .doNotHaveFullyQualifiedName("dev.squall.pipeline.engine.remote.ParentWatch")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }

  /** Some methods of the TornadoVM API are there to print. */
  @Test
  void onlyTheCommandLinePrints() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
        CLASSES.that(not(resideInAnyPackage(COMMAND_LINE, TORNADO))));
    NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
  }

  /** Drivers belong into child processes. */
  @Test
  void nothingLoadsNativeCodeInThisProcess() {
    noClasses()
        .should()
        .callMethod(System.class, "loadLibrary", String.class)
        .orShould()
        .callMethod(System.class, "load", String.class)
        .check(CLASSES);
  }
}
