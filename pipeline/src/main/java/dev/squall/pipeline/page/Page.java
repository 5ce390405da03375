package dev.squall.pipeline.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The frame of a page: head, contents, sections, style and script in one file. */
final class Page {
  private final String title;
  private final String lead;
  private final List<Section> sections = new ArrayList<>();

  /**
   * @param lead one line below the title
   */
  Page(String title, String lead) {
    this.title = title;
    this.lead = lead;
  }

  /** A section's HTML under its heading. */
  private record Section(String id, String heading, String html) {}

  /** Adds a section; nothing where it has no content. */
  Page section(String id, String heading, String html) {
    if (!html.isBlank()) {
      sections.add(new Section(id, heading, html));
    }
    return this;
  }

  String html() {
    String contents =
        sections.stream()
            .map(s -> "<li><a href=\"#%s\">%s</a></li>".formatted(s.id(), Html.escape(s.heading())))
            .collect(Collectors.joining("\n"));
    String body =
        sections.stream()
            .map(
                s ->
                    "<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n%s</section>\n"
                        .formatted(s.id(), s.id(), s.id(), Html.escape(s.heading()), s.html()))
            .collect(Collectors.joining());
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:" />
        <link rel="icon" href="data:," />
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <a class="skip" href="#main">To the results</a>
        <header>
        <h1>%s</h1>
        <p class="lead">%s</p>
        <nav aria-label="Contents"><ul>
        %s
        </ul></nav>
        </header>
        <main id="main">
        %s</main>
        <footer><p>Made by Squall. All of this page is in this file; it asks no network for anything.</p></footer>
        <script>
        %s</script>
        </body>
        </html>
        """
        .formatted(
            Html.escape(title),
            resource("page.css"),
            Html.escape(title),
            Html.escape(lead),
            contents,
            body,
            resource("page.js"));
  }

  private static String resource(String name) {
    try (InputStream stream = Page.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
