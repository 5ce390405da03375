package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentTensorsTest {
  private final List<Integer> freed = new ArrayList<>();
  private int allocated;
  private final ResidentTensors<Integer> resident =
      new ResidentTensors<>(tensor -> ++allocated, freed::add);
  private final Tensor first = Tensor.allocate(ElementType.F32, 4);
  private final Tensor second = Tensor.allocate(ElementType.F32, 4);

  @Test
  void aBlockStaysUntilItIsReleased() {
    assertThat(resident.of(first)).isEqualTo(1);
    assertThat(resident.of(second)).isEqualTo(2);
    assertThat(resident.of(first)).isEqualTo(1);
    resident.release(List.of(first));
    assertThat(freed).containsExactly(1);
    assertThat(resident.of(first)).isEqualTo(3);
  }

  @Test
  void contentsAreSentOnceInABlocksLife() {
    resident.of(first);
    assertThat(resident.fill(first)).isTrue();
    assertThat(resident.fill(first)).isFalse();
    assertThat(resident.fill(second)).isTrue();
    resident.release(List.of(first));
    assertThat(resident.fill(first)).isTrue();
  }

  @Test
  void whatIsSpoiltIsSentAgainToTheSameBlock() {
    resident.of(first);
    resident.fill(first);
    resident.fill(second);
    resident.spoilt(List.of(first));
    assertThat(resident.of(first)).isEqualTo(1);
    assertThat(resident.fill(first)).isTrue();
    assertThat(resident.fill(second)).isFalse();
    assertThat(freed).isEmpty();
  }

  @Test
  void closingFreesAll() {
    resident.of(first);
    resident.of(second);
    resident.close();
    assertThat(freed).containsExactlyInAnyOrder(1, 2);
  }
}
