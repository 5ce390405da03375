package dev.squall.pipeline.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class InputTensorsTest {
  @Test
  void aTensorPlaysThePartOfItsName() {
    assertThat(named("q", "k").find("q")).hasValueSatisfying(holds(0));
    assertThat(named("q", "k").find("v")).isEmpty();
  }

  @Test
  void orOfTheEndOfItsName() {
    assertThat(named("layers.3.q", "seq").find("q")).hasValueSatisfying(holds(0));
    assertThat(named("layers.3.seq").find("q")).isEmpty();
  }

  @Test
  void theBareNameComesBeforePrefixedOnes() {
    assertThat(named("a.q", "q", "b.q").find("q")).hasValueSatisfying(holds(1));
  }

  @Test
  void severalPrefixesNeedAChoice() {
    assertRefused(
        "several tensors could be q: layers.1.q, layers.2.q; choose with --prefix layers.2",
        () -> named("layers.2.q", "layers.1.q").find("q"));
    assertThat(prefixed("layers.1", "layers.2.q", "layers.1.q").find("q"))
        .hasValueSatisfying(holds(1));
  }

  @Test
  void aPrefixComesBeforeTheBareNameAndLeavesOtherRolesAlone() {
    InputTensors tensors = prefixed("layers.1", "q", "layers.1.q", "words");

    assertThat(tensors.find("q")).hasValueSatisfying(holds(1));
    assertThat(tensors.find("words")).hasValueSatisfying(holds(2));
  }

  @Test
  void aPrefixThatNoTensorHasIsRefused() {
    assertRefused(
        "no tensor has the prefix layers.9; there are: layers.1.q, k",
        () -> prefixed("layers.9", "layers.1.q", "k"));
    assertRefused(
        "no tensor has the prefix layers; there are: layers2.q",
        () -> prefixed("layers", "layers2.q"));
  }

  @Test
  void allRolesMustBeThere() {
    assertThat(named("q", "x.k").has("q", "k")).isTrue();
    assertThat(named("q", "x.k").has("q", "k", "v")).isFalse();
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    SquallException failure = catchThrowableOfType(SquallException.class, call);
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }

  private static InputTensors named(String... names) {
    return new InputTensors(tensors(names), Optional.empty());
  }

  private static InputTensors prefixed(String prefix, String... names) {
    return new InputTensors(tensors(names), Optional.of(prefix));
  }

  /** Each tensor holds its place among {@code names}. */
  private static Map<String, Tensor> tensors(String... names) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      tensors.put(names[i], Tensor.of(new float[] {i}, 1));
    }
    return tensors;
  }

  private static Consumer<Tensor> holds(int place) {
    return tensor -> assertThat(tensor.f32(0)).isEqualTo(place);
  }
}
