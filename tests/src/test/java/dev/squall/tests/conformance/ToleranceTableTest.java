package dev.squall.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The tolerance table is whole, and every check of a kernel's outputs can fail. */
class ToleranceTableTest {
  private static final List<Kernel> KERNELS = List.copyOf(KernelCatalog.load().kernels());

  /** A kernel's output, as a test's name shows it. */
  private record Output(Kernel kernel, Port port) {
    private String name() {
      return port.name();
    }

    @Override
    public String toString() {
      return kernel.id() + " " + port;
    }
  }

  /** What the reference states of one element. */
  private record Expected(long index, double value, double magnitude) {}

  static Stream<Output> outputs() {
    return KERNELS.stream()
        .flatMap(kernel -> kernel.signature().outputs().stream().map(p -> new Output(kernel, p)));
  }

  static Stream<Output> floatOutputs() {
    return outputs().filter(output -> output.port().type().isFloatingPoint());
  }

  static Stream<Output> integerOutputs() {
    return outputs().filter(output -> !output.port().type().isFloatingPoint());
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void everyOutputHasARowWithAReason(Output output) {
    List<Tolerance> rows =
        output.kernel().tolerances().stream()
            .filter(row -> row.port().equals(output.name()))
            .toList();
    assertThat(Tolerance.find(rows, output.name(), JvmEngine.NAME, Precision.SINGLE)).isPresent();
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row.reason()).isNotBlank();
              assertThat(row.absolute()).isNotNegative().isFinite();
              assertThat(row.relative())
                  .isNotNegative()
                  .isLessThan(row.precision() == Precision.HALF ? 5e-3 : 1e-3);
            });
    assertThat(rows.stream().map(row -> row.engine() + " " + row.precision()))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @FieldSource("KERNELS")
  void everyRowIsOfAnOutput(Kernel kernel) {
    assertThat(kernel.signature().outputs())
        .extracting(Port::name)
        .containsAll(kernel.tolerances().stream().map(Tolerance::port).toList());
  }

  @ParameterizedTest
  @MethodSource("integerOutputs")
  void integersAreExact(Output output) {
    assertThat(output.kernel().tolerances())
        .filteredOn(row -> row.port().equals(output.name()))
        .allSatisfy(
            row -> {
              assertThat(row.absolute()).isZero();
              assertThat(row.relative()).isZero();
            });
  }

  /** A tolerance as large as the signal would accept anything. */
  @ParameterizedTest
  @MethodSource("floatOutputs")
  void tolerancesAreFarBelowTheSignal(Output output) {
    Call call = typical(output.kernel());
    Tolerance row = row(output);
    double signal = 0;
    double allowed = 0;
    for (Expected expected : finite(call, output)) {
      signal = Math.max(signal, Math.abs(expected.value()));
      allowed = Math.max(allowed, allowance(row, expected));
    }
    assertThat(signal).isPositive();
    assertThat(allowed).isLessThan(1e-3 * signal);
  }

  @ParameterizedTest
  @FieldSource("KERNELS")
  void theReferencePassesItsOwnCheck(Kernel kernel) {
    assertThat(verify(kernel, typical(kernel)).verdict()).isEqualTo(Verdict.PASSED);
  }

  /** One element just outside of the tolerance, anywhere in the output. */
  @ParameterizedTest
  @MethodSource("outputs")
  void oneElementBeyondItsToleranceIsWrong(Output output) {
    Call call = typical(output.kernel());
    List<Expected> all = finite(call, output);
    Tolerance row = row(output);
    for (Expected expected : List.of(all.getFirst(), all.get(all.size() / 2), all.getLast())) {
      Tensor out = call.out(output.name());
      double right = out.asDouble(expected.index());
      double beyond = beyond(output.port(), row, expected);
      out.setFromDouble(expected.index(), beyond);
      assertThat(verify(output.kernel(), call).verdict())
          .as("%s instead of %s at %d", beyond, right, expected.index())
          .isEqualTo(Verdict.WRONG);
      out.setFromDouble(expected.index(), right);
    }
    assertThat(verify(output.kernel(), call).passed()).as("put right again").isTrue();
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void zerosAreNotTaken(Output output) {
    Call call = typical(output.kernel());
    assertThat(expected(call, output)).as("the typical case").anyMatch(e -> e.value() != 0);
    call.out(output.name()).data().fill((byte) 0);
    assertThat(verify(output.kernel(), call).verdict()).isIn(Verdict.WRONG, Verdict.MISTRUSTED);
  }

  @ParameterizedTest
  @FieldSource("KERNELS")
  void anOutputOfZerosAloneIsMistrustedOrWrong(Kernel kernel) {
    Call call = typical(kernel);
    call.outputs().values().forEach(out -> out.data().fill((byte) 0));
    assertThat(verify(kernel, call).verdict()).isIn(Verdict.WRONG, Verdict.MISTRUSTED);
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void anUnwrittenOutputIsNotTaken(Output output) {
    Call call = typical(output.kernel());
    call.out(output.name()).poison();
    assertThat(verify(output.kernel(), call).verdict()).isIn(Verdict.WRONG, Verdict.MISTRUSTED);
  }

  @ParameterizedTest
  @MethodSource("floatOutputs")
  void oneUnwrittenElementIsWrong(Output output) {
    Call call = typical(output.kernel());
    List<Expected> all = expected(call, output);
    call.out(output.name()).setFromDouble(all.getLast().index(), Double.NaN);
    assertThat(verify(output.kernel(), call).verdict()).isEqualTo(Verdict.WRONG);
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void aWriteBeyondTheEndIsWrong(Output output) {
    Call call = typical(output.kernel());
    MemorySegment data = call.out(output.name()).data();
    data.reinterpret(data.byteSize() + 1).set(ValueLayout.JAVA_BYTE, data.byteSize(), (byte) 0);
    Comparison comparison = verify(output.kernel(), call);
    assertThat(comparison.verdict()).isEqualTo(Verdict.WRONG);
    assertThat(comparison.detail()).contains(output.name());
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void everyElementIsStatedOnce(Output output) {
    Call call = typical(output.kernel());
    List<Long> indices = expected(call, output).stream().map(Expected::index).sorted().toList();
    assertThat(indices).doesNotHaveDuplicates().hasSize((int) call.out(output.name()).elements());
  }

  /** The first case of a kernel, computed by its reference. */
  private static Call typical(Kernel kernel) {
    Call call = CaseInputs.call(kernel, ConformanceCases.casesOf(kernel).getFirst());
    Variant.Host reference = (Variant.Host) kernel.variant("reference");
    reference.code().run(call, HostThreads.all());
    return call;
  }

  private static Comparison verify(Kernel kernel, Call call) {
    return Verifier.exhaustive().verify(kernel, call, JvmEngine.NAME);
  }

  private static Tolerance row(Output output) {
    return Tolerance.find(
            output.kernel().tolerances(), output.name(), JvmEngine.NAME, Precision.SINGLE)
        .orElseThrow();
  }

  private static List<Expected> expected(Call call, Output output) {
    List<Expected> all = new ArrayList<>();
    for (long unit = 0; unit < output.kernel().reference().units(call.sizes()); unit++) {
      output
          .kernel()
          .reference()
          .compute(
              call,
              unit,
              (port, index, value, magnitude) -> {
                if (port.equals(output.name())) {
                  all.add(new Expected(index, value, magnitude));
                }
              });
    }
    return all;
  }

  private static List<Expected> finite(Call call, Output output) {
    return expected(call, output).stream().filter(e -> Double.isFinite(e.value())).toList();
  }

  private static double allowance(Tolerance row, Expected expected) {
    return row.absolute() + row.relative() * expected.magnitude();
  }

  private static double beyond(Port port, Tolerance row, Expected expected) {
    return switch (port.type()) {
      case F32 -> {
        double step = Math.max(allowance(row, expected), Math.ulp((float) expected.value()));
        yield expected.value() + 3 * step;
      }
      case U8 -> 1 - expected.value();
      default -> expected.value() + (expected.value() < 0 ? 1 : -1);
    };
  }
}
