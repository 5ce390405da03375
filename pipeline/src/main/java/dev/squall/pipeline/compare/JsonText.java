package dev.squall.pipeline.compare;

import java.util.List;

/** Comparisons as lines of JSON, as results files hold them. */
public final class JsonText {
  private JsonText() {}

  public static String line(ExperimentHeader header) {
    return CellLines.line(header);
  }

  public static String line(Cell cell) {
    return CellLines.line(cell);
  }

  /** A line for each answer. */
  public static String lines(List<CellAnswer> answers) {
    StringBuilder text = new StringBuilder();
    answers.forEach(answer -> text.append(CellLines.line(answer)));
    return text.toString();
  }
}
