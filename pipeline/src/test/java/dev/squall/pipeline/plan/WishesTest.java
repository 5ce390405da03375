package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.testing.Graphs;
import java.util.List;
import org.junit.jupiter.api.Test;

class WishesTest {
  @Test
  void aWordIsMeantForAllStages() {
    assertThat(parse("card").of("first")).contains("card");
    assertThat(parse("card").of("second")).contains("card");
  }

  @Test
  void aStageOfItsOwnComesFirst() {
    Wishes wishes = parse("card", "second=host");

    assertThat(wishes.of("first")).contains("card");
    assertThat(wishes.of("second")).contains("host");
  }

  @Test
  void withoutWordsNothingIsForced() {
    assertThat(parse().of("first")).isEmpty();
    assertThat(Wishes.none().of("first")).isEmpty();
    assertThat(parse("second=host").of("first")).isEmpty();
  }

  @Test
  void anUnknownStageIsRefused() {
    assertRefused("no stage named third; there are: first, second", "third=host");
  }

  @Test
  void twoWordsForTheSameAreRefused() {
    assertRefused(
        "--device is given twice (host and card); write stage=name to give one to a single stage",
        "host",
        "card");
    assertRefused(
        "--device is given twice for stage first (host and card)", "first=host", "first=card");
  }

  private static Wishes parse(String... words) {
    return Wishes.parse("--device", List.of(words), Graphs.chain());
  }

  private static void assertRefused(String message, String... words) {
    SquallException failure = catchThrowableOfType(SquallException.class, () -> parse(words));
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }
}
