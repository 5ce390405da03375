package dev.squall.pipeline.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table with a caption, whose first column names the row. The page's script lets readers sort it
 * by any column; numbers sort by their value, not by their text.
 */
final class HtmlTable {
  private final String id;
  private final String caption;
  private final List<String> heads = new ArrayList<>();
  private final List<Boolean> numbers = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private int rows;

  /**
   * @param id unique on the page
   */
  HtmlTable(String id, String caption) {
    this.id = id;
    this.caption = caption;
  }

  /**
   * @param html what is shown
   * @param value what it sorts by; NaN for text
   * @param style a class of the page's style; empty for none
   */
  record Cell(String html, double value, String style) {
    static Cell text(String text) {
      return new Cell(Html.escape(text), Double.NaN, "");
    }

    static Cell styled(String text, String style) {
      return new Cell(Html.escape(text), Double.NaN, style);
    }

    /** A number, or a dash where there is none. */
    static Cell number(String text, double value) {
      return Double.isFinite(value)
          ? new Cell(Html.escape(text), value, "")
          : new Cell("<span class=\"none\">–</span>", Double.NaN, "");
    }
  }

  HtmlTable text(String head) {
    return column(head, false);
  }

  HtmlTable number(String head) {
    return column(head, true);
  }

  private HtmlTable column(String head, boolean number) {
    heads.add(head);
    numbers.add(number);
    return this;
  }

  HtmlTable row(List<Cell> cells) {
    return row("", cells);
  }

  /**
   * @param rowId for links; empty for none
   */
  HtmlTable row(String rowId, List<Cell> cells) {
    if (cells.size() != heads.size()) {
      throw new IllegalArgumentException(
          "%d cells under %d heads of %s".formatted(cells.size(), heads.size(), id));
    }
    body.append(rowId.isEmpty() ? "<tr>" : "<tr id=\"" + rowId + "\">");
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      String tag = i == 0 ? "th" : "td";
      body.append('<').append(tag);
      if (i == 0) {
        body.append(" scope=\"row\"");
      }
      String style = (numbers.get(i) ? "number " : "") + cell.style();
      if (!style.isBlank()) {
        body.append(" class=\"").append(style.strip()).append('"');
      }
      if (Double.isFinite(cell.value())) {
        body.append(String.format(Locale.ROOT, " data-value=\"%s\"", cell.value()));
      }
      body.append('>')
          .append(i == 0 ? breakable(cell.html()) : cell.html())
          .append("</")
          .append(tag)
          .append('>');
    }
    body.append("</tr>\n");
    rows++;
    return this;
  }

  /** Lets long names break where their words do. */
  private static String breakable(String name) {
    return name.replaceAll("([_.])(?=[a-z])", "$1<wbr/>");
  }

  boolean isEmpty() {
    return rows == 0;
  }

  String html() {
    StringBuilder table = new StringBuilder();
    table.append(
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"%s-caption\" tabindex=\"0\">\n"
            .formatted(id));
    table.append("<table id=\"%s\"%s>\n".formatted(id, rows > 1 ? " class=\"sortable\"" : ""));
    table.append(
        "<caption id=\"%s-caption\"><span>%s</span></caption>\n<thead><tr>"
            .formatted(id, Html.escape(caption)));
    for (int i = 0; i < heads.size(); i++) {
      table.append(
          "<th scope=\"col\"%s>%s</th>"
              .formatted(numbers.get(i) ? " class=\"number\"" : "", Html.escape(heads.get(i))));
    }
    return table
        .append("</tr></thead>\n<tbody>\n")
        .append(body)
        .append("</tbody>\n</table>\n</div>\n")
        .toString();
  }
}
