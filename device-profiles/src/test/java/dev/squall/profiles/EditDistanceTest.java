package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "kind, kind, 0",
    "'', kind, 4",
    "kind, '', 4",
    "kitten, sitting, 3",
    "flaw, lawn, 2",
    "fp32, fp23, 1",
    "abcd, badc, 2",
  })
  void countsInsertionsDeletionsReplacementsAndSwaps(String left, String right, int distance) {
    assertThat(EditDistance.between(left, right)).isEqualTo(distance);
    assertThat(EditDistance.between(right, left)).isEqualTo(distance);
  }

  @Test
  void suggestsTheNearestAndTheFirstAmongEquals() {
    assertThat(EditDistance.nearest("kimd", List.of("id", "kind", "name"))).contains("kind");
    assertThat(EditDistance.nearest("cat", List.of("hat", "bat"))).contains("bat");
    assertThat(EditDistance.nearest("cat", List.of())).isEmpty();
  }
}
