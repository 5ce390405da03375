package dev.squall.pipeline.page;

import dev.squall.pipeline.report.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times of kernels on devices as a table: a row a kernel, a column a device, shaded by how much
 * longer than the row's best a device takes. The words say what the shades do.
 */
final class HeatMap {
  /** Shades: up to so many times the best. */
  private static final double[] LIMITS = {1.25, 2, 5, 25};

  private final String id;
  private final String caption;
  private final String rowHead;
  private final List<String> devices;
  private final Map<String, Map<String, Entry>> rows = new LinkedHashMap<>();

  HeatMap(String id, String caption, String rowHead, List<String> devices) {
    this.id = id;
    this.caption = caption;
    this.rowHead = rowHead;
    this.devices = List.copyOf(devices);
  }

  /**
   * @param milliseconds NaN where there is no time that counts
   * @param words what else to say: the variant, or why there is no time
   */
  private record Entry(double milliseconds, String words) {}

  /** Adds a time; of two for one place the shorter stays. */
  void time(String row, String device, double milliseconds, String words) {
    put(row, device, new Entry(milliseconds, words));
  }

  /** Says why a place has no time that counts. */
  void without(String row, String device, String reason) {
    put(row, device, new Entry(Double.NaN, reason));
  }

  private void put(String row, String device, Entry entry) {
    rows.computeIfAbsent(row, key -> new LinkedHashMap<>())
        .merge(
            device,
            entry,
            (there, here) ->
                Double.isNaN(there.milliseconds()) || here.milliseconds() < there.milliseconds()
                    ? here
                    : there);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  String html() {
    HtmlTable table = new HtmlTable(id, caption).text(rowHead);
    devices.forEach(table::number);
    rows.forEach(
        (row, entries) -> {
          double best =
              entries.values().stream()
                  .mapToDouble(Entry::milliseconds)
                  .filter(Double::isFinite)
                  .min()
                  .orElse(Double.NaN);
          List<HtmlTable.Cell> cells = new ArrayList<>();
          cells.add(HtmlTable.Cell.text(row));
          for (String device : devices) {
            cells.add(cell(entries.get(device), best, entries.size() > 1));
          }
          table.row(cells);
        });
    return table.html() + legend();
  }

  private static HtmlTable.Cell cell(Entry entry, double best, boolean compared) {
    if (entry == null) {
      return HtmlTable.Cell.number("", Double.NaN);
    }
    if (Double.isNaN(entry.milliseconds())) {
      return HtmlTable.Cell.styled(entry.words(), "out");
    }
    double ratio = entry.milliseconds() / best;
    String comparison = !compared ? "" : ratio == 1 ? "best" : Numbers.significant(ratio) + "×";
    String html =
        "%s ms<span class=\"under\">%s</span>"
            .formatted(
                Numbers.significant(entry.milliseconds()),
                Html.escape(
                    String.join(
                        ", ",
                        java.util.stream.Stream.of(comparison, entry.words())
                            .filter(word -> !word.isEmpty())
                            .toList())));
    return new HtmlTable.Cell(html, entry.milliseconds(), compared ? "heat h" + shade(ratio) : "");
  }

  private static int shade(double ratio) {
    if (ratio == 1) {
      return 0;
    }
    int shade = 1;
    for (double limit : LIMITS) {
      if (ratio > limit) {
        shade++;
      }
    }
    return shade;
  }

  private static String legend() {
    StringBuilder legend = new StringBuilder("<ul class=\"legend heatkey\">\n");
    String[] names = {"best of its row", "to 1.25×", "to 2×", "to 5×", "to 25×", "more"};
    for (int i = 0; i < names.length; i++) {
      legend.append("<li><span class=\"heat h%d\">%s</span></li>\n".formatted(i, names[i]));
    }
    return legend.append("</ul>\n").toString();
  }
}
