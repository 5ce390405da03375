package dev.squall.pipeline.page;

import java.util.Locale;

/** A drawing within the page; its colours and sizes are the page's style's. */
final class Svg {
  private final StringBuilder body = new StringBuilder();
  private final String id;
  private final String style;
  private final int width;

  /**
   * @param id unique on the page
   * @param style classes of the element
   */
  Svg(String id, String style, int width) {
    this.id = id;
    this.style = style;
    this.width = width;
  }

  Svg line(String style, double x1, double y1, double x2, double y2) {
    return add(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
        style, x1, y1, x2, y2);
  }

  /**
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  Svg text(String style, double x, double y, String anchor, String text) {
    return add(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
        style, x, y, anchor, Html.escape(text));
  }

  /** Text from bottom to top, around its middle. */
  Svg upward(String style, double x, double y, String text) {
    return add(
        "<text class=\"%s\" text-anchor=\"middle\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s</text>\n",
        style, x, y, Html.escape(text));
  }

  /** Opens a group with a tooltip. */
  Svg begin(String tooltip) {
    return add("<g><title>%s</title>\n", Html.escape(tooltip));
  }

  Svg end() {
    body.append("</g>\n");
    return this;
  }

  Svg box(String style, double x, double y, double width, double height) {
    return add(
        "<rect class=\"%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" rx=\"2\"/>\n",
        style, x, y, width, height);
  }

  Svg path(String style, String data) {
    return add("<path class=\"%s\" d=\"%s\"/>\n", style, data);
  }

  /** A point of series {@code series}: each has a shape of its own, not a colour alone. */
  Svg marker(int series, double x, double y) {
    body.append(markerShape(series, x, y));
    return this;
  }

  private static String markerShape(int series, double x, double y) {
    String style = "mark s" + series % 6;
    return switch (series % 4) {
      case 0 -> format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n", style, x, y);
      case 1 ->
          format(
              "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\"/>\n",
              style, x - 4.5, y - 4.5);
      case 2 -> format("<path class=\"%s\" d=\"M%.1f %.1fl5.5 10h-11z\"/>\n", style, x, y - 6);
      default -> format("<path class=\"%s\" d=\"M%.1f %.1fl6 6-6 6-6-6z\"/>\n", style, x, y - 6);
    };
  }

  /** The marker of a series, for a legend beside its name. */
  static String legendMarker(int series) {
    return "<svg class=\"key\" viewBox=\"0 0 14 14\" aria-hidden=\"true\" focusable=\"false\">"
        + markerShape(series, 7, 7).strip()
        + "</svg>";
  }

  private Svg add(String format, Object... values) {
    body.append(format(format, values));
    return this;
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /**
   * @param title the drawing's name
   * @param description what it shows, in words
   */
  String html(int height, String title, String description) {
    return """
        <svg class="%s" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t %s-d">
        <title id="%s-t">%s</title>
        <desc id="%s-d">%s</desc>
        %s</svg>
        """
        .formatted(
            style,
            width,
            height,
            id,
            id,
            id,
            Html.escape(title),
            id,
            Html.escape(description),
            body);
  }
}
