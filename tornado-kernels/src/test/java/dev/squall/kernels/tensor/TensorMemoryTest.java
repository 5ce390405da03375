package dev.squall.kernels.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tensors in memory of the caller's choice. */
class TensorMemoryTest {
  private static final TensorType TYPE = new TensorType(ElementType.I32, List.of(2L, 3L));
  private static final Path FILE = Path.of("some/file");

  private final MemorySegment segment = Arena.ofAuto().allocate(128 + TYPE.bytes(), 64);
  private final TensorMemory.Block block = new TensorMemory.Block(segment, Optional.of(FILE));

  @Test
  void theMemoryIsAskedForGuardsHeaderAndElements() {
    Tensor tensor =
        Tensor.allocate(
            (bytes, alignment) -> {
              assertThat(bytes).isEqualTo(segment.byteSize());
              assertThat(alignment).isEqualTo(64);
              return block;
            },
            TYPE);
    tensor.i32(5, 77);

    assertThat(tensor.file()).hasValue(FILE);
    assertThat(tensor.guardsIntact()).isTrue();
    assertThat(segment.get(ValueLayout.JAVA_INT, 48)).as("elements, in the header").isEqualTo(6);
    assertThat(segment.get(ValueLayout.JAVA_INT, 64 + 5 * 4)).isEqualTo(77);
    assertThat(tensor.withHeader().address()).isEqualTo(segment.address() + 48);
  }

  @Test
  void whatWasAllocatedCanBeAttached() {
    Tensor tensor = Tensor.allocate((bytes, alignment) -> block, TYPE);
    Tensor attached = Tensor.attach(TYPE, block);
    attached.i32(1, 9);

    assertThat(tensor.i32(1)).isEqualTo(9);
    assertThat(TensorType.of(attached)).isEqualTo(TYPE);
    assertThat(attached.guardsIntact()).isTrue();
    segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 0);
    assertThat(attached.guardsIntact()).isFalse();
  }

  @Test
  void aReshapedTensorIsInTheSameFileAndACopyIsNot() {
    Tensor tensor = Tensor.allocate((bytes, alignment) -> block, TYPE);

    assertThat(tensor.reshape(6).file()).hasValue(FILE);
    assertThat(tensor.reshape(6).withHeader().address()).isEqualTo(tensor.withHeader().address());
    assertThat(tensor.copy().file()).isEmpty();
    assertThat(Tensor.allocate(TYPE).file()).isEmpty();
  }

  @Test
  void aBlockOfAnotherSizeIsNoSuchTensor() {
    for (TensorType other :
        List.of(
            new TensorType(ElementType.I32, List.of(2L, 4L)),
            new TensorType(ElementType.U8, List.of(2L, 3L)),
            new TensorType(ElementType.F64, List.of(6L)))) {
      assertThatThrownBy(() -> Tensor.attach(other, block))
          .isInstanceOfSatisfying(
              SquallException.class,
              e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
          .hasMessage("a block of 152 bytes is no tensor " + other);
    }
  }

  @Test
  void memoryThatCannotBeHadIsOutOfMemory() {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () ->
                Tensor.allocate(
                    (bytes, alignment) -> {
                      throw new OutOfMemoryError("none");
                    },
                    TYPE));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY);
    assertThat(failure).hasMessage("cannot allocate 24 bytes for a tensor i32[2, 3]");
  }
}
