package dev.squall.pipeline.page;

import java.util.List;
import java.util.stream.Collectors;

/** Pieces of HTML that is also well-formed XML. */
final class Html {
  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  static String paragraph(String text) {
    return "<p>" + escape(text) + "</p>\n";
  }

  static String note(String text) {
    return "<p class=\"note\">" + escape(text) + "</p>\n";
  }

  static String items(List<String> texts) {
    return texts.stream()
        .map(text -> "<li>" + escape(text) + "</li>")
        .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>\n"));
  }

  static String code(String text) {
    return "<pre tabindex=\"0\"><code>" + escape(text) + "</code></pre>\n";
  }

  /**
   * A drawing with its caption below.
   *
   * @param caption HTML
   */
  static String figure(String drawing, String caption) {
    return "<figure>\n" + drawing + "<figcaption>" + caption + "</figcaption>\n</figure>\n";
  }
}
