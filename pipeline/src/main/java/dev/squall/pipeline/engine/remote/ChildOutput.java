package dev.squall.pipeline.engine.remote;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a device's process prints, in a file: once the process has answered, all that its driver
 * printed before can be read, which a pipe with a reader thread does not promise.
 */
final class ChildOutput {
  private static final int LAST_WORDS_BYTES = 4096;
  private static final int LAST_LINES = 3;
  private static final int LONGEST_LAST_WORDS = 400;

  /**
   * What follows an exception in its trace hides it and its causes, which are lines of their own.
   */
  private static final Pattern NO_WORDS =
      Pattern.compile("^(WARNING:|at [\\w.$/@<>-]+\\(.*\\)$|\\.\\.\\. \\d+ more$)");

  private final Path log;
  private final List<Pattern> failures;
  private final List<Pattern> fatal;
  private long read;

  ChildOutput(Path log, List<String> failurePatterns, List<String> fatalPatterns) {
    this.log = log;
    this.failures = failurePatterns.stream().map(Pattern::compile).toList();
    this.fatal = fatalPatterns.stream().map(Pattern::compile).toList();
  }

  /**
   * A line that tells of a failure.
   *
   * @param fatal whether the process can use its device no more
   */
  record Failure(String line, boolean fatal) {}

  /** The first line since the last call that tells of a failure; a fatal one before others. */
  Optional<Failure> newFailure() {
    long size = log.toFile().length();
    if (size == read || failures.isEmpty()) {
      return Optional.empty();
    }
    String added = text(read, size);
    read = size;
    List<Failure> told =
        added
            .lines()
            .filter(line -> matches(failures, line))
            .map(line -> new Failure(line.strip(), matches(fatal, line)))
            .toList();
    return told.stream().filter(Failure::fatal).findFirst().or(() -> told.stream().findFirst());
  }

  private static boolean matches(List<Pattern> patterns, String line) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(line).find());
  }

  /**
   * The last lines, joined; neither JVM warnings nor the frames of a stack trace are last words.
   */
  String lastWords() {
    long size = log.toFile().length();
    List<String> lines =
        text(Math.max(0, size - LAST_WORDS_BYTES), size)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !NO_WORDS.matcher(line).find())
            .toList();
    String words =
        lines.stream()
            .skip(Math.max(0, lines.size() - LAST_LINES))
            .collect(Collectors.joining(" | "));
    return words.length() <= LONGEST_LAST_WORDS
        ? words
        : words.substring(words.length() - LONGEST_LAST_WORDS);
  }

  private String text(long from, long to) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(Math.min(to - from, 1 << 20))];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      // Goes with the folder.
    }
  }
}
