package dev.squall.tests.conformance;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.AssertionFailedError;

/**
 * Every case on every device by every variant that supports it. A failure closes with the command
 * that runs the case alone.
 *
 * <p>{@code -Dsquall.case='…'} runs one case; {@code -Dsquall.require.device=ID} fails unless that
 * device is here, and runs nothing else.
 */
class ConformanceTest {
  private static final KernelCatalog CATALOG = KernelCatalog.load();
  private static final ConformanceDevices DEVICES = new ConformanceDevices();
  private static final String REFERENCE = "reference";

  private static final String CORRECT = "correct";
  private static final String DETERMINISTIC = "deterministic";
  private static final String INPUTS = "inputs";
  private static final String INTEGERS = "integers";
  private static final List<String> MODES = List.of(CORRECT, DETERMINISTIC, INPUTS, INTEGERS);

  @AfterAll
  static void close() {
    DEVICES.close();
  }

  @TestFactory
  Stream<DynamicNode> resultsAgreeWithTheReference() {
    return trials(
        CORRECT,
        trial -> {
          Call call = trial.run(DEVICES);
          Comparison comparison =
              Verifier.exhaustive()
                  .verify(
                      trial.kernel(), call, trial.device().engine(), trial.variant().precision());
          assertThat(comparison.verdict()).as(comparison.detail()).isEqualTo(Verdict.PASSED);
          assertThat(comparison.unitsCompared()).isEqualTo(comparison.unitsTotal()).isPositive();
        });
  }

  @TestFactory
  Stream<DynamicNode> twoRunsGiveTheSameBits() {
    return trials(
        DETERMINISTIC,
        trial -> {
          Call first = trial.run(DEVICES);
          Call second = trial.run(DEVICES);
          for (Port port : trial.kernel().signature().outputs()) {
            requireSameBits(port.name(), first, second);
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> inputsAreLeftAlone() {
    return trials(
        INPUTS,
        trial -> {
          Call call = CaseInputs.call(trial.kernel(), trial.one());
          Map<String, Tensor> before = new HashMap<>();
          call.inputs().forEach((port, tensor) -> before.put(port, tensor.copy()));
          trial.run(DEVICES, call);
          call.inputs()
              .forEach(
                  (port, tensor) -> {
                    assertThat(tensor.data().mismatch(before.get(port).data()))
                        .as("first changed byte of input %s", port)
                        .isEqualTo(-1);
                    assertThat(tensor.guardsIntact()).as("memory around %s", port).isTrue();
                  });
        });
  }

  /** Integers do not depend on who computes them. */
  @TestFactory
  Stream<DynamicNode> integersAreTheSameEverywhere() {
    Map<ConformanceCase, List<Trial>> byCase =
        allTrials().stream()
            .filter(trial -> !integerOutputs(trial.kernel()).isEmpty())
            .collect(groupingBy(Trial::one));
    return byCase.values().stream()
        .flatMap(
            trials -> {
              Trial first = trials.getFirst();
              return trials.stream()
                  .skip(1)
                  .map(
                      trial ->
                          test(
                              INTEGERS,
                              trial,
                              other -> {
                                Call expected = first.run(DEVICES);
                                Call actual = other.run(DEVICES);
                                for (Port port : integerOutputs(other.kernel())) {
                                  requireSameBits(port.name(), expected, actual);
                                }
                              }));
            });
  }

  @TestFactory
  Stream<DynamicNode> everyVariantRunsOrSaysWhyNot() {
    List<DynamicNode> tests = new ArrayList<>();
    for (Device device : devices()) {
      for (ConformanceCase one : ConformanceCases.selected(CATALOG)) {
        tests.add(
            DynamicTest.dynamicTest(
                one + " on " + device.qualifiedId(), () -> requireSupport(one, device)));
      }
    }
    return tests.stream();
  }

  private static void requireSupport(ConformanceCase one, Device device) {
    Kernel kernel = CATALOG.kernel(one.kernel());
    Call call = CaseInputs.call(kernel, one);
    List<String> able = new ArrayList<>();
    for (Variant variant : kernel.variants()) {
      Support support = DEVICES.supports(device, variant, call.sizes());
      if (support.supported()) {
        able.add(variant.name());
        assertThat(variant.workspaceBytes(call.sizes()))
            .as("workspace of %s", variant.name())
            .isNotNegative();
      } else {
        assertThat(support.refusal().orElseThrow())
            .as("why %s refuses %s", variant.name(), one)
            .isNotBlank()
            .doesNotContain("\n");
      }
    }
    assertThat(able)
        .as("variants of %s that support %s", one, device.id())
        .anyMatch(name -> !name.equals(REFERENCE));
  }

  @Test
  void everyKernelHasCases() {
    assertThat(CATALOG.kernels())
        .isNotEmpty()
        .allSatisfy(kernel -> assertThat(ConformanceCases.casesOf(kernel)).hasSizeGreaterThan(3));
    assertThat(ConformanceCases.all().stream().map(ConformanceCase::toString))
        .doesNotHaveDuplicates();
  }

  /** A variant that no case reaches is not tested at all. */
  @Test
  void everyVariantIsReached() {
    assumeFalse(oneCaseAlone(), "other cases are not looked at");
    for (Kernel kernel : CATALOG.kernels()) {
      List<String> reached =
          allTrials().stream()
              .filter(trial -> trial.kernel() == kernel)
              .map(trial -> trial.variant().name())
              .distinct()
              .toList();
      assertThat(reached)
          .as(kernel.id())
          .containsAll(
              kernel.variants().stream()
                  .filter(variant -> variant.precision() == Precision.SINGLE)
                  .map(Variant::name)
                  .toList());
    }
  }

  /** On a card that has tensor cores; this machine need not have one. */
  @Test
  void everyVariantInHalfPrecisionHasACase() {
    for (Kernel kernel : CATALOG.kernels()) {
      for (Variant variant : kernel.variants()) {
        if (variant.precision() == Precision.HALF) {
          assertThat(ConformanceCases.casesOf(kernel))
              .as("%s %s", kernel.id(), variant.name())
              .anyMatch(
                  one ->
                      variant
                          .supports(CaseInputs.call(kernel, one).sizes(), CatalogTasks.EVERYTHING)
                          .supported());
        }
      }
    }
  }

  @Test
  void theRequiredDeviceIsHere() {
    ConformanceDevices.required()
        .ifPresent(word -> assertThat(DEVICES.select(word)).as(word).isNotEmpty());
    assertThat(DEVICES.all()).extracting(Device::id).contains("host");
  }

  /** A gap that no trial on the devices here meets is out of date; other devices cannot tell. */
  @Test
  void everyGapIsAboutSomething() {
    assumeFalse(oneCaseAlone(), "other cases are not looked at");
    List<Trial> trials = allTrials();
    List<String> here = devices().stream().map(Device::qualifiedId).toList();
    Stream.of(KnownGaps.KNOWN.unsupported(), KnownGaps.KNOWN.expectedFailures())
        .flatMap(List::stream)
        .filter(gap -> gap.device().equals(Gap.ANY) || here.contains(gap.device()))
        .forEach(
            gap ->
                assertThat(trials)
                    .as("trials of %s", gap)
                    .anyMatch(trial -> MODES.stream().anyMatch(mode -> gap.holds(mode, trial))));
  }

  private static boolean oneCaseAlone() {
    return System.getProperty(ConformanceCases.SELECTED) != null;
  }

  private static List<Device> devices() {
    return ConformanceDevices.required().map(DEVICES::select).orElseGet(DEVICES::all);
  }

  private static List<Trial> allTrials() {
    List<Trial> trials = new ArrayList<>();
    for (ConformanceCase one : ConformanceCases.selected(CATALOG)) {
      Kernel kernel = CATALOG.kernel(one.kernel());
      Call call = CaseInputs.call(kernel, one);
      for (Device device : devices()) {
        for (Variant variant : kernel.variants()) {
          if (DEVICES.supports(device, variant, call.sizes()).supported()) {
            trials.add(new Trial(one, kernel, device, variant));
          }
        }
      }
    }
    return trials;
  }

  private static Stream<DynamicNode> trials(String mode, Mode test) {
    return allTrials().stream().map(trial -> test(mode, trial, test));
  }

  private static DynamicNode test(String mode, Trial trial, Mode test) {
    return DynamicTest.dynamicTest(
        trial.toString(),
        () ->
            KnownGaps.KNOWN.run(
                mode,
                trial,
                () -> {
                  try {
                    test.check(trial);
                  } catch (AssertionError | RuntimeException e) {
                    throw new AssertionFailedError(
                        "%s%n%s%n%s".formatted(trial, e.getMessage(), trial.reproducer()), e);
                  }
                }));
  }

  private static List<Port> integerOutputs(Kernel kernel) {
    return kernel.signature().outputs().stream()
        .filter(port -> !port.type().isFloatingPoint())
        .toList();
  }

  private static void requireSameBits(String port, Call expected, Call actual) {
    assertThat(actual.out(port).data().mismatch(expected.out(port).data()))
        .as("first byte of output %s that differs", port)
        .isEqualTo(-1);
  }

  /** What is asked of a trial. */
  @FunctionalInterface
  private interface Mode {
    void check(Trial trial);
  }
}
