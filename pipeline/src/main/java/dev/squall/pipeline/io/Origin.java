package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where bytes come from or go to: the beginning of every error about them. Names out of files may
 * hold line breaks, and an error is one line, so nothing reaches a message unescaped.
 */
public record Origin(String name) {
  private static final int LONGEST_QUOTE = 80;

  public static Origin of(Path path) {
    return new Origin(escape(path.toString()));
  }

  /** The file {@code entryName} inside this archive. */
  Origin entry(String entryName) {
    return new Origin(name + " entry " + quote(entryName));
  }

  /** A fault at the byte {@code position}, counted from 0. */
  public SquallException fault(long position, String reason) {
    return fault("byte " + position + ": " + reason);
  }

  /** A fault of the file as a whole. */
  public SquallException fault(String reason) {
    return SquallException.invalidInput(name + ": " + reason);
  }

  /** What the operating system or the zip reader said, in one line without the path. */
  public static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    String said =
        failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
    return said == null ? failure.getClass().getSimpleName() : escape(said);
  }

  /** {@code text} in double quotes, escaped and at most 80 characters long. */
  public static String quote(String text) {
    String shown =
        text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE - 1) + "…";
    return '"' + escape(shown) + '"';
  }

  /** {@code text} with everything that would break a line or a terminal written as {@code \}u. */
  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              switch (Character.getType(point)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    escaped.append("\\u%04x".formatted(point));
                default -> escaped.appendCodePoint(point);
              }
            });
    return escaped.toString();
  }
}
