package dev.squall.pipeline.model.store;

import java.util.regex.Pattern;

/** The words of a web page, so that a licence can be read in a terminal. */
final class HtmlText {
  /** From the page's headline to the end of its article. */
  private static final Pattern ARTICLE =
      Pattern.compile("<h1\\b.*</article>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  private static final Pattern UNSEEN =
      Pattern.compile("<(script|style|svg)\\b.*?</\\1>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  private static final Pattern TAG = Pattern.compile("<[^>]*>");
  private static final Pattern BLANK_LINES = Pattern.compile("\\n\\s*\\n\\s*");

  private HtmlText() {}

  /** The text of the page's article, or of the whole page if it has none. */
  static String of(String html) {
    var article = ARTICLE.matcher(html);
    String body = article.find() ? article.group() : html;
    String text = TAG.matcher(UNSEEN.matcher(body).replaceAll("")).replaceAll("");
    return BLANK_LINES.matcher(unescape(text)).replaceAll("\n\n").strip() + "\n";
  }

  private static String unescape(String text) {
    return text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
