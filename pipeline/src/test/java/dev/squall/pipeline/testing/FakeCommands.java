package dev.squall.pipeline.testing;

import dev.squall.pipeline.stack.setup.Commands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Programs that answer what the test says. A command is known by the beginning of its text; the
 * answer given last goes first. A command that nobody expects is not found.
 */
public final class FakeCommands implements Commands {
  private final LinkedHashMap<String, Function<List<String>, Outcome>> answers =
      new LinkedHashMap<>();
  private final List<String> calls = new ArrayList<>();

  public FakeCommands answer(String beginning, Function<List<String>, Outcome> answer) {
    answers.putFirst(beginning, answer);
    return this;
  }

  public FakeCommands answer(String beginning, int exitCode, String... lines) {
    return answer(beginning, command -> exited(exitCode, lines));
  }

  public static Outcome exited(int exitCode, String... lines) {
    return new Outcome(End.EXITED, exitCode, List.of(lines));
  }

  /** All commands so far, their words separated by blanks. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public Outcome run(List<String> command, Duration limit, Consumer<String> each) {
    String text = String.join(" ", command);
    calls.add(text);
    for (var answer : answers.entrySet()) {
      if (text.startsWith(answer.getKey())) {
        Outcome outcome = answer.getValue().apply(command);
        outcome.lines().forEach(each);
        return outcome;
      }
    }
    return new Outcome(End.NOT_FOUND, -1, List.of());
  }
}
