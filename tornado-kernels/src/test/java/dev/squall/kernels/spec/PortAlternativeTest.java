package dev.squall.kernels.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortAlternativeTest {
  private static final Port.Alternative BYTES =
      new Port.Alternative("form", "bytes", ElementType.U8);

  private static final Signature SIGNATURE =
      Signature.of("test.kernel", "a port of two types")
          .in("words", ElementType.I32, BYTES, "n")
          .out("y", ElementType.F32, "n")
          .parameter(Parameter.choice("form", "how words are stored", "ints", "bytes"))
          .build();

  @Test
  void theChoiceDecidesTheType() {
    assertThat(bind(ElementType.I32, Map.of()).dim("n")).isEqualTo(5);
    assertThat(bind(ElementType.I32, Map.of("form", "ints")).dim("n")).isEqualTo(5);
    Sizes bytes = bind(ElementType.U8, Map.of("form", "bytes"));
    assertThat(Signature.type(SIGNATURE.input("words"), bytes))
        .isEqualTo(new TensorType(ElementType.U8, List.of(5L)));
  }

  @Test
  void theOtherTypeIsRefused() {
    assertThatThrownBy(() -> bind(ElementType.U8, Map.of()))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessage(
            "test.kernel: input words must be i32, got u8[5]:"
                + " its type depends on the parameter form");
    assertThatThrownBy(() -> bind(ElementType.I32, Map.of("form", "bytes")))
        .hasMessage(
            "test.kernel: input words must be u8, got i32[5]:"
                + " its type depends on the parameter form");
  }

  @Test
  void thePortShowsBothTypes() {
    assertThat(SIGNATURE.input("words")).hasToString("words i32[n] (u8 with form=bytes)");
    assertThat(SIGNATURE.output("y")).hasToString("y f32[n]");
  }

  private static Sizes bind(ElementType type, Map<String, String> parameters) {
    return SIGNATURE.bind(Map.of("words", new TensorType(type, List.of(5L))), parameters);
  }
}
