package dev.squall.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of text with aligned columns, for terminals and for Markdown. */
public final class TextTable {
  private final List<String> header;
  private final List<Boolean> numeric;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param columns the heads; one that begins with {@code >} is aligned to the right
   */
  public TextTable(String... columns) {
    header = new ArrayList<>();
    numeric = new ArrayList<>();
    for (String column : columns) {
      numeric.add(column.startsWith(">"));
      header.add(column.startsWith(">") ? column.substring(1) : column);
    }
  }

  public TextTable row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(cells.size() + " cells for " + header.size() + " columns");
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** Columns two spaces apart. */
  public String plain() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    text.append(line(header, widths)).append('\n');
    for (List<String> row : rows) {
      text.append(line(row, widths)).append('\n');
    }
    return text.toString();
  }

  /** A Markdown table. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(markdownLine(header)).append('\n');
    text.append(
            numeric.stream()
                .map(right -> right ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |")))
        .append('\n');
    rows.forEach(row -> text.append(markdownLine(row)).append('\n'));
    return text.toString();
  }

  private static String markdownLine(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }

  private int[] widths() {
    int[] widths = header.stream().mapToInt(TextTable::width).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    return widths;
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String pad = " ".repeat(widths[i] - width(cells.get(i)));
      line.append(i == 0 ? "" : "  ");
      line.append(numeric.get(i) ? pad + cells.get(i) : cells.get(i) + pad);
    }
    return line.toString().stripTrailing();
  }
}
