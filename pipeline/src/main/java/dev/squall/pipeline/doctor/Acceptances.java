package dev.squall.pipeline.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Findings that someone has looked at and accepts, each with a reason: lines {@code rule
 * Class.method reason}; {@code #} begins a comment.
 */
public final class Acceptances {
  private static final String OWN = "/META-INF/squall/accepted-findings.txt";

  /**
   * One line of the file.
   *
   * @param method class without package, and method
   */
  public record Acceptance(Rule rule, String method, String reason) {
    boolean accepts(Finding finding) {
      return finding.rule() == rule && finding.methodName().equals(method);
    }
  }

  private final List<Acceptance> all;

  private Acceptances(List<Acceptance> all) {
    this.all = List.copyOf(all);
  }

  public static Acceptances none() {
    return new Acceptances(List.of());
  }

  /** What Squall's own kernels come with. */
  public static Acceptances ofOwnKernels() {
    try (InputStream file = Acceptances.class.getResourceAsStream(OWN)) {
      return new Acceptances(parse(new String(file.readAllBytes(), UTF_8).lines().toList(), OWN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws SquallException INVALID_INPUT for an unreadable file, an unknown rule or a line without
   *     a reason
   */
  public static Acceptances read(Path file) {
    try {
      return new Acceptances(parse(Files.readAllLines(file), file.toString()));
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static List<Acceptance> parse(List<String> lines, String file) {
    List<Acceptance> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        all.add(parse(line, file + ":" + (i + 1)));
      }
    }
    return all;
  }

  private static Acceptance parse(String line, String where) {
    String[] words = line.split("\\s+", 3);
    if (words.length < 3) {
      throw SquallException.invalidInput(
          "%s: expected a rule, Class.method and a reason, got '%s'".formatted(where, line));
    }
    Rule rule =
        Arrays.stream(Rule.values())
            .filter(each -> each.id().equals(words[0]))
            .findFirst()
            .orElseThrow(
                () -> SquallException.invalidInput("%s: no rule %s".formatted(where, words[0])));
    return new Acceptance(rule, words[1], words[2]);
  }

  /** The findings that nobody accepts. */
  public List<Finding> remaining(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> all.stream().noneMatch(each -> each.accepts(finding)))
        .toList();
  }

  /** Acceptances of what is not there any more: they would hide the next mistake. */
  public List<Acceptance> unused(List<Finding> findings) {
    return all.stream().filter(each -> findings.stream().noneMatch(each::accepts)).toList();
  }
}
