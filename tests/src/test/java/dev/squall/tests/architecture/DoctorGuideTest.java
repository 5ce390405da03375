package dev.squall.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.doctor.Rule;
import dev.squall.tests.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide tells of every rule what the rule itself says. */
class DoctorGuideTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([a-z-]+)` \\| ([a-z ]+) \\| [^|]+ \\| (.*) \\|$", Pattern.MULTILINE);

  @Test
  void theTableIsThatOfTheRules() throws IOException {
    String guide = Files.readString(Checkout.root().resolve("docs/guide/doctor.md"));
    List<String> rows =
        ROW.matcher(guide)
            .results()
            .map(row -> row.group(1) + " | " + row.group(2) + " | " + row.group(3))
            .toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(Rule.values())
                .map(
                    rule ->
                        "%s | %s | %s | %s"
                            .formatted(
                                rule.id(),
                                rule.consequence().words(),
                                cell(rule.what()),
                                cell(rule.instead())))
                .toList());
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
