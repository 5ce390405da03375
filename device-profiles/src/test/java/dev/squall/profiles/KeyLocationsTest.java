package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyLocationsTest {
  @Test
  void findsKeysAndValuesInEveryFormOfTable() {
    KeyLocations locations =
        KeyLocations.scan(
            """
            # comment = 1
            a = 1
              b.c = "x # no comment"  # comment
            "d e" = 'it''s'
            [t.u]
            v = { w = 2, x = [3, { y = 4 }] }
            [[s]]
            n = 5
            [[s]]
            n = [
              6, # six
              7,
            ]
            [s.deep]
            m = 8
            """);

    assertThat(locations.key(List.of("a"))).isEqualTo(new Location(2, 1));
    assertThat(locations.value(List.of("a"))).isEqualTo(new Location(2, 5));
    assertThat(locations.key(List.of("b", "c"))).isEqualTo(new Location(3, 3));
    assertThat(locations.value(List.of("b", "c"))).isEqualTo(new Location(3, 9));
    assertThat(locations.key(List.of("d e"))).isEqualTo(new Location(4, 1));
    assertThat(locations.key(List.of("t", "u"))).isEqualTo(new Location(5, 2));
    assertThat(locations.key(List.of("t", "u", "v", "w"))).isEqualTo(new Location(6, 7));
    assertThat(locations.value(List.of("t", "u", "v", "x", "1", "y")))
        .isEqualTo(new Location(6, 28));
    assertThat(locations.key(List.of("s", "0", "n"))).isEqualTo(new Location(8, 1));
    assertThat(locations.key(List.of("s", "1"))).isEqualTo(new Location(9, 3));
    assertThat(locations.value(List.of("s", "1", "n", "1"))).isEqualTo(new Location(12, 3));
    assertThat(locations.value(List.of("s", "1", "deep", "m"))).isEqualTo(new Location(15, 5));
    assertThat(locations.duplicate()).isEmpty();
  }

  @Test
  void stepsOverStringsThatLookLikeSyntax() {
    KeyLocations locations =
        KeyLocations.scan(
            "a = \"\"\"\n[x]\nb = 1 \\\"\"\" \"\"\"\"\nc = '\\'\nd = \"\\\"]\"\ne = 2\n");

    assertThat(locations.key(List.of("c"))).isEqualTo(new Location(4, 1));
    assertThat(locations.key(List.of("d"))).isEqualTo(new Location(5, 1));
    assertThat(locations.value(List.of("e"))).isEqualTo(new Location(6, 5));
    assertThat(locations.key(List.of("x", "b"))).isEqualTo(Location.START);
  }

  @Test
  void fallsBackToTheEnclosingTable() {
    KeyLocations locations = KeyLocations.scan("\n[t]\nv = { w = 2 }\n");

    assertThat(locations.value(List.of("t", "v", "absent"))).isEqualTo(new Location(3, 1));
    assertThat(locations.value(List.of("t", "absent"))).isEqualTo(new Location(2, 2));
    assertThat(locations.value(List.of("absent"))).isEqualTo(Location.START);
  }

  @Test
  void remembersTheFirstKeyGivenTwice() {
    KeyLocations locations = KeyLocations.scan("a = 1\n[t]\nb = 2\n  b = 3\nb = 4\n");

    assertThat(locations.duplicate())
        .contains(new KeyLocations.Duplicate("t.b", new Location(3, 1), new Location(4, 3)));
  }
}
