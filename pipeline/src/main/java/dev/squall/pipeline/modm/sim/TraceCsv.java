package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Traces as comma-separated values: a head with the columns {@code time} (seconds, not falling) and
 * {@code prompt}, in any order and among others; fields may stand in double quotes, doubled inside.
 */
public final class TraceCsv {
  private static final long LARGEST_BYTES = 1L << 30;

  private final String name;
  private final String text;
  private int at;
  private int line = 1;
  private int lineStart;

  private TraceCsv(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /**
   * @throws SquallException INVALID_INPUT naming the file, the line, the column and what is wrong
   */
  public static Trace read(Path file) {
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw SquallException.invalidInput(file + ": larger than 1 GiB; cut the trace");
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      return parse(file.toString(), text);
    } catch (NoSuchFileException e) {
      throw new SquallException(ErrorClass.INVALID_INPUT, file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new SquallException(ErrorClass.INVALID_INPUT, file + ": not UTF-8 text", e);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s: cannot be read (%s)".formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  static Trace parse(String name, String text) {
    return new TraceCsv(name, text.startsWith("\ufeff") ? text.substring(1) : text).trace();
  }

  /** Writes a trace, whole or not at all. */
  public static void write(Path file, Trace trace) {
    StringBuilder text = new StringBuilder("time,prompt\n");
    for (int i = 0; i < trace.size(); i++) {
      text.append(String.format(Locale.ROOT, "%.3f,", trace.times().get(i)))
          .append('"')
          .append(trace.prompts().get(i).replace("\"", "\"\""))
          .append("\"\n");
    }
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Trace trace() {
    List<Field> head = record();
    int timeColumn = column(head, "time");
    int promptColumn = column(head, "prompt");
    List<Double> times = new ArrayList<>();
    List<String> prompts = new ArrayList<>();
    double before = 0;
    while (at < text.length()) {
      List<Field> fields = record();
      if (fields.size() == 1 && fields.getFirst().text().isBlank()) {
        continue;
      }
      if (fields.size() != head.size()) {
        Field last = fields.getLast();
        throw fault(
            last.line(),
            last.column(),
            "%d fields, the head has %d".formatted(fields.size(), head.size()));
      }
      before = time(fields.get(timeColumn), before);
      times.add(before);
      prompts.add(prompt(fields.get(promptColumn)));
    }
    if (prompts.isEmpty()) {
      throw fault(line, 1, "no requests behind the head");
    }
    return new Trace(name, times, prompts);
  }

  private int column(List<Field> head, String wanted) {
    for (int i = 0; i < head.size(); i++) {
      if (head.get(i).text().strip().equalsIgnoreCase(wanted)) {
        return i;
      }
    }
    throw fault(1, 1, "no column named " + wanted + " in the head; expected time,prompt");
  }

  private double time(Field field, double before) {
    double time;
    try {
      time = Double.parseDouble(field.text().strip());
    } catch (NumberFormatException e) {
      throw fault(field.line(), field.column(), "time '%s' is no number".formatted(field.text()));
    }
    if (!(time >= 0) || Double.isInfinite(time)) {
      throw fault(
          field.line(), field.column(), "time %s: expected seconds from 0".formatted(field.text()));
    }
    if (time < before) {
      throw fault(field.line(), field.column(), "time %s falls behind %s".formatted(time, before));
    }
    return time;
  }

  private String prompt(Field field) {
    if (field.text().isBlank()) {
      throw fault(field.line(), field.column(), "the prompt is empty");
    }
    return field.text().strip();
  }

  /** A field and where it begins. */
  private record Field(String text, int line, int column) {}

  /** Fields up to the end of a line that is not within quotes. */
  private List<Field> record() {
    List<Field> fields = new ArrayList<>();
    boolean more = true;
    while (more) {
      int startLine = line;
      int startColumn = at - lineStart + 1;
      String field = at < text.length() && text.charAt(at) == '"' ? quoted() : plain();
      fields.add(new Field(field, startLine, startColumn));
      more = at < text.length() && text.charAt(at) == ',';
      if (more) {
        at++;
      }
    }
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length()) {
      if (text.charAt(at) != '\n') {
        throw fault(line, at - lineStart + 1, "expected a comma or the end of the line");
      }
      newLine();
    }
    return fields;
  }

  private void newLine() {
    at++;
    line++;
    lineStart = at;
  }

  private String plain() {
    int start = at;
    while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      if (text.charAt(at) == '"') {
        throw fault(
            line, at - lineStart + 1, "a quote within a field that does not begin with one");
      }
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() {
    int startLine = line;
    int startColumn = at - lineStart + 1;
    StringBuilder field = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        if (at >= text.length() || text.charAt(at) != '"') {
          return field.toString();
        }
      }
      field.append(c);
      if (c == '\n') {
        newLine();
      } else {
        at++;
      }
    }
    throw fault(startLine, startColumn, "a quote that is never closed");
  }

  private SquallException fault(int faultLine, int column, String what) {
    return SquallException.invalidInput(
        "%s: line %d, column %d: %s".formatted(name, faultLine, column, what));
  }
}
