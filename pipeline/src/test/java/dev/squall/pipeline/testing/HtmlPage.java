package dev.squall.pipeline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A page of ours as a test reads it. */
public final class HtmlPage {
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(https?:|ftp:|//[a-z]|@import|url\\()");

  private final Document document;

  /** Parses the page, which must be well-formed. */
  public HtmlPage(String html) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + e.getMessage(), e);
    }
    // Tooltips and tables may quote anything; what a browser would fetch is in attributes and
    // styles.
    for (Element element : all("*")) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        String value = element.getAttributes().item(i).getNodeValue();
        assertThat(ADDRESS.matcher(value).find()).as("address in %s", value).isFalse();
      }
    }
    for (String tag : List.of("style", "script")) {
      for (Element element : all(tag)) {
        assertThat(ADDRESS.matcher(element.getTextContent()).find()).as(tag).isFalse();
        assertThat(element.hasAttribute("src")).isFalse();
      }
    }
  }

  public List<Element> all(String tag) {
    return elements(document.getElementsByTagName(tag));
  }

  private static List<Element> elements(NodeList nodes) {
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }

  public Element only(String tag) {
    List<Element> elements = all(tag);
    assertThat(elements).as(tag).hasSize(1);
    return elements.getFirst();
  }

  public Element byId(String id) {
    return all("*").stream()
        .filter(element -> element.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no #" + id));
  }

  /** What assistive technology and people without sight rely on. */
  public void assertAccessible() {
    assertThat(only("html").getAttribute("lang")).isEqualTo("en");
    assertThat(document.getElementsByTagName("title").item(0).getTextContent()).isNotBlank();
    only("h1");
    only("main");
    Set<String> ids = new HashSet<>();
    for (Element element : all("*")) {
      if (element.hasAttribute("id")) {
        assertThat(ids.add(element.getAttribute("id")))
            .as("id %s once", element.getAttribute("id"))
            .isTrue();
      }
    }
    for (Element element : all("*")) {
      for (String reference : element.getAttribute("aria-labelledby").split(" ")) {
        assertThat(reference.isEmpty() || ids.contains(reference)).as(reference).isTrue();
      }
    }
    for (Element link : all("a")) {
      assertThat(link.getAttribute("href")).startsWith("#");
      assertThat(ids).contains(link.getAttribute("href").substring(1));
    }
    for (Element table : all("table")) {
      assertThat(elements(table.getElementsByTagName("caption")))
          .singleElement()
          .satisfies(caption -> assertThat(caption.getTextContent()).isNotBlank());
    }
    for (Element head : all("th")) {
      assertThat(head.getAttribute("scope")).isIn("col", "row");
    }
    for (Element drawing : all("svg")) {
      if (!drawing.getAttribute("aria-hidden").equals("true")) {
        assertThat(drawing.getAttribute("role")).isEqualTo("img");
        for (String tag : List.of("title", "desc")) {
          assertThat(drawing.getElementsByTagName(tag).item(0).getTextContent()).isNotBlank();
        }
      }
    }
  }

  /** The text of a table's rows, cell by cell, without its heads. */
  public List<List<String>> rows(String table) {
    return cells(table).stream()
        .map(row -> row.stream().map(Element::getTextContent).toList())
        .toList();
  }

  /** The values that numbers sort by, with all their digits; NaN for text. */
  public List<Double> values(String table, String head) {
    int column = heads(table).indexOf(head);
    assertThat(column).as("column %s of %s", head, heads(table)).isNotNegative();
    return cells(table).stream()
        .map(row -> row.get(column).getAttribute("data-value"))
        .map(value -> value.isEmpty() ? Double.NaN : Double.parseDouble(value))
        .toList();
  }

  public List<String> heads(String table) {
    Element head = (Element) byId(table).getElementsByTagName("thead").item(0);
    return elements(head.getElementsByTagName("th")).stream().map(Element::getTextContent).toList();
  }

  private List<List<Element>> cells(String table) {
    Element body = (Element) byId(table).getElementsByTagName("tbody").item(0);
    return elements(body.getElementsByTagName("tr")).stream()
        .map(row -> elements(row.getChildNodes()))
        .toList();
  }
}
