package dev.squall.pipeline.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DoctorTest {
  private static final Diagnosis BAD =
      Examined.usual(BadKernels.class, BadInstanceKernels.class, Helpers.class);

  /** Kernels whose mistake stands in what they call. */
  private static final Map<String, List<String>> IN_HELPERS =
      Map.of(
          "hashByHelper", List.of("mix"),
          "returnOutOfTwoLoops", List.of("position"),
          "recursive", List.of("factorial"),
          "recursiveByTwo", List.of("even", "odd"));

  private static Stream<Method> badKernels() {
    return Stream.of(BadKernels.class, BadInstanceKernels.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> method.isAnnotationPresent(Finds.class));
  }

  @TestFactory
  Stream<DynamicTest> badKernelsBreakTheirRulesAndNoOthers() {
    return badKernels()
        .map(
            method ->
                DynamicTest.dynamicTest(
                    method.getName(),
                    () -> {
                      Set<Rule> found = new TreeSet<>(Examined.rulesOf(BAD, method.getName()));
                      IN_HELPERS
                          .getOrDefault(method.getName(), List.of())
                          .forEach(helper -> found.addAll(Examined.rulesOf(BAD, helper)));
                      assertThat(found)
                          .containsExactlyInAnyOrder(method.getAnnotation(Finds.class).value());
                    }));
  }

  @Test
  void allOfThemAreFoundToBeKernels() {
    assertThat(BAD.kernels())
        .containsExactlyInAnyOrderElementsOf(
            badKernels()
                .map(method -> method.getDeclaringClass().getName() + "." + method.getName())
                .toList());
  }

  @Test
  void whatIsRightStaysClean() {
    Diagnosis diagnosis = Examined.usual(GoodKernels.class, Helpers.class);
    assertThat(diagnosis.findings()).isEmpty();
    assertThat(diagnosis.kernels())
        .hasSizeGreaterThan(35)
        .noneMatch(name -> name.contains("Helpers"));
  }

  /** Places lead into the method, at the line of the construct. */
  @Test
  void findingsNameTheirLine() {
    Map<String, Integer> lines = new TreeMap<>();
    for (Finding finding : BAD.findings()) {
      assertThat(finding.file()).matches("dev/squall/pipeline/doctor/(Bad\\w+|Helpers)\\.java");
      assertThat(finding.line()).isPositive();
      assertThat(finding.detail()).isNotBlank();
      lines.put(finding.method() + " " + finding.rule(), finding.line());
    }
    int hash = lines.get("hash UNSIGNED_SHIFT");
    assertThat(lines.get("hashOfLongs UNSIGNED_SHIFT")).isEqualTo(hash + 7);
    assertThat(lines.get("xorshift UNSIGNED_SHIFT")).isEqualTo(hash + 16);
  }

  /** A mistake that only some back ends make is no finding for the others. */
  @Test
  void eachBackEndHasItsOwnFindings() {
    Diagnosis spirv =
        Examined.classes(EnumSet.of(Backend.SPIRV), false, BadKernels.class, Helpers.class);
    assertThat(Examined.rules(spirv))
        .contains(Rule.ATOMIC, Rule.FLOAT_ATOMIC, Rule.UNCLAMPED_CAST)
        .doesNotContain(Rule.UNSIGNED_SHIFT, Rule.POWER_OF_TWO_DIVISION, Rule.WIDE_VECTOR);
    Diagnosis ptx =
        Examined.classes(EnumSet.of(Backend.PTX), false, BadKernels.class, Helpers.class);
    assertThat(Examined.rules(ptx))
        .contains(Rule.MISSING_MATHEMATICS, Rule.UNSIGNED_SHIFT, Rule.SIGNED_SHIFT)
        .doesNotContain(Rule.ATOMIC, Rule.FLOAT_ATOMIC, Rule.BOOLEAN_PARAMETER);
    assertThat(spirv.findings())
        .allSatisfy(finding -> assertThat(finding.backends()).containsExactly(Backend.SPIRV));
  }

  @Test
  void fpgasHaveRulesOfTheirOwn() {
    Set<Backend> fpga = EnumSet.of(Backend.FPGA);
    Diagnosis launches = Examined.classes(fpga, false, BadLaunches.class);
    assertThat(Examined.rulesOf(launches, "copy")).containsExactly(Rule.FPGA_CONTEXT);
    assertThat(Examined.rulesOf(launches, "loops")).containsExactly(Rule.FPGA_BOUND);
    assertThat(Examined.rulesOf(launches, "evenGrid")).containsExactly(Rule.FPGA_GRID);
    Diagnosis good = Examined.classes(fpga, false, GoodKernels.class, Helpers.class);
    assertThat(Examined.rules(good)).containsExactlyInAnyOrder(Rule.FPGA_BOUND, Rule.FPGA_CONTEXT);
    assertThat(Examined.rulesOf(good, "heapArrays")).containsExactly(Rule.FPGA_BOUND);
    assertThat(Examined.rulesOf(good, "threeDeep")).isEmpty();
  }

  @Test
  void launchesAreExamined() {
    Diagnosis diagnosis = Examined.usual(BadLaunches.class);
    assertThat(Examined.rulesOf(diagnosis, "withoutGrid")).containsExactly(Rule.MISSING_GRID);
    assertThat(Examined.rulesOf(diagnosis, "unevenGrid")).containsExactly(Rule.UNEVEN_GRID);
    assertThat(Examined.rulesOf(diagnosis, "evenGrid")).isEmpty();
    assertThat(Examined.rulesOf(diagnosis, "annotatedLoops")).isEmpty();
  }

  /** Kernels are found by where they are handed to, without any mark of their own. */
  @Test
  void methodReferencesAndLambdasOfTasksAreKernels() {
    Diagnosis diagnosis = Examined.usual(BadLaunches.class);
    assertThat(diagnosis.kernels())
        .contains(BadLaunches.class.getName() + ".unmarked")
        .anyMatch(name -> name.contains("lambda$annotatedLoops"));
    assertThat(Examined.rulesOf(diagnosis, "unmarked")).containsExactly(Rule.UNCLAMPED_CAST);
    assertThat(diagnosis.findings())
        .anyMatch(
            finding ->
                finding.method().startsWith("lambda$annotatedLoops")
                    && finding.rule() == Rule.UNCLAMPED_CAST);
  }

  @Test
  void strictnessReportsWhatIsNotProven() {
    Diagnosis diagnosis = Examined.classes(Backend.USUAL, true, GoodKernels.class, Helpers.class);
    assertThat(diagnosis.findings())
        .isNotEmpty()
        .allMatch(finding -> finding.rule().consequence() == Consequence.UNPROVEN);
    assertThat(Examined.rulesOf(diagnosis, "divisions")).containsExactly(Rule.UNPROVEN_REMAINDER);
    assertThat(Examined.rulesOf(diagnosis, "mutableBox")).containsExactly(Rule.UNPROVEN_OBJECT);
    assertThat(Examined.rulesOf(diagnosis, "switches")).containsExactly(Rule.UNPROVEN_SWITCH);
    assertThat(Examined.rulesOf(diagnosis, "callsAndRecords")).containsExactly(Rule.STATIC_FIELD);
  }

  @Test
  void everyRuleSaysWhatToDo() {
    for (Rule rule : Rule.values()) {
      assertThat(rule.id()).matches("[a-z]+(-[a-z]+)*");
      assertThat(rule.what()).isNotBlank();
      assertThat(rule.instead()).isNotBlank();
      assertThat(rule.backends()).isNotEmpty();
    }
  }
}
