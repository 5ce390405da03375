package dev.squall.kernels.mminference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Sizes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pattern of each head and each pair of a query's and a key's modality, read from JSON:
 *
 * <pre>{"heads": [ [ [P00, P01], [P10, P11] ], … ]}</pre>
 *
 * <p>One square of patterns a head, rows by the query's modality, or a single square for all heads.
 * A pattern is one of
 *
 * <pre>
 * {"pattern": "dense"}
 * {"pattern": "none"}
 * {"pattern": "a_shape", "sink": 128, "local": 1024}
 * {"pattern": "vertical_slash", "verticals": 1000, "slashes": 1024}
 * {"pattern": "grid", "stride": 8, "phase": 0, "hline": true, "vline": true, "slash": true}
 * </pre>
 *
 * <p>with the values shown where they are left out.
 */
final class BoundaryPlan {
  /** All keys of two modalities. */
  static final String DENSE =
      "{\"heads\":[[[{\"pattern\":\"dense\"},{\"pattern\":\"dense\"}],"
          + "[{\"pattern\":\"dense\"},{\"pattern\":\"dense\"}]]]}";

  private static final int MOST_MODALITIES = 64;
  private static final int LARGEST = 1 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private final int modalities;

  /** [head or 0][query modality][key modality] */
  private final List<List<List<Pattern>>> heads;

  private BoundaryPlan(List<List<List<Pattern>>> heads) {
    this.heads = heads;
    this.modalities = heads.getFirst().size();
  }

  /**
   * The plan of a call.
   *
   * @throws SquallException INVALID_INPUT that says where the text is no plan for these heads
   */
  static BoundaryPlan of(Sizes sizes) {
    BoundaryPlan plan = parse(sizes.text("plan"));
    int given = plan.heads.size();
    if (given != 1 && given != sizes.dim("H")) {
      throw invalid(
          "heads", "has %d squares, expected one or H = %d".formatted(given, sizes.dim("H")));
    }
    return plan;
  }

  static BoundaryPlan parse(String text) {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw invalid("", "is no JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    }
    requireFields(root, "", Set.of("heads"));
    List<JsonNode> squares = elements(root.path("heads"), "heads");
    List<List<List<Pattern>>> heads = new ArrayList<>();
    for (int head = 0; head < squares.size(); head++) {
      String where = "heads[%d]".formatted(head);
      heads.add(square(squares.get(head), where));
      if (heads.get(head).size() != heads.getFirst().size()) {
        throw invalid(where, "has another number of modalities than heads[0]");
      }
    }
    return new BoundaryPlan(List.copyOf(heads));
  }

  int modalities() {
    return modalities;
  }

  Pattern pattern(int head, int queryModality, int keyModality) {
    return heads.get(heads.size() == 1 ? 0 : head).get(queryModality).get(keyModality);
  }

  private static List<List<Pattern>> square(JsonNode node, String where) {
    List<JsonNode> rows = elements(node, where);
    if (rows.size() > MOST_MODALITIES) {
      throw invalid(where, "has more than %d modalities".formatted(MOST_MODALITIES));
    }
    List<List<Pattern>> square = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      String rowWhere = "%s[%d]".formatted(where, row);
      List<JsonNode> cells = elements(rows.get(row), rowWhere);
      if (cells.size() != rows.size()) {
        throw invalid(
            rowWhere, "has %d patterns, expected %d".formatted(cells.size(), rows.size()));
      }
      List<Pattern> patterns = new ArrayList<>();
      for (int column = 0; column < cells.size(); column++) {
        patterns.add(pattern(cells.get(column), "%s[%d]".formatted(rowWhere, column)));
      }
      requireOneStride(patterns, rowWhere);
      square.add(List.copyOf(patterns));
    }
    return List.copyOf(square);
  }

  /** Queries are grouped by their rank modulo the stride, so they can have but one. */
  private static void requireOneStride(List<Pattern> patterns, String where) {
    Set<Integer> strides = new TreeSet<>();
    for (Pattern pattern : patterns) {
      if (pattern instanceof Pattern.Lattice lattice) {
        strides.add(lattice.lines().stride());
      }
    }
    if (strides.size() > 1) {
      throw invalid(where, "has grids of different strides: " + strides);
    }
  }

  private static Pattern pattern(JsonNode node, String where) {
    String name = node.path("pattern").asText();
    return switch (name) {
      case "dense" -> {
        requireFields(node, where, Set.of("pattern"));
        yield new Pattern.Dense();
      }
      case "none" -> {
        requireFields(node, where, Set.of("pattern"));
        yield new Pattern.None();
      }
      case "a_shape" -> {
        requireFields(node, where, Set.of("pattern", "sink", "local"));
        yield new Pattern.AShape(
            integer(node, where, "sink", 128, 0), integer(node, where, "local", 1024, 1));
      }
      case "vertical_slash" -> {
        requireFields(node, where, Set.of("pattern", "verticals", "slashes"));
        yield new Pattern.VerticalSlash(
            integer(node, where, "verticals", 1000, 1), integer(node, where, "slashes", 1024, 1));
      }
      case "grid" -> new Pattern.Lattice(lines(node, where));
      default ->
          throw invalid(
              where,
              "has pattern \"%s\", expected dense, none, a_shape, vertical_slash or grid"
                  .formatted(name));
    };
  }

  private static GridLines lines(JsonNode node, String where) {
    requireFields(node, where, Set.of("pattern", "stride", "phase", "hline", "vline", "slash"));
    int stride = integer(node, where, "stride", 8, 1);
    int phase = integer(node, where, "phase", 0, 0);
    GridLines lines =
        new GridLines(
            stride,
            phase,
            flag(node, where, "hline"),
            flag(node, where, "vline"),
            flag(node, where, "slash"));
    if (phase >= stride) {
      throw invalid(where, "has phase %d, which must be below stride %d".formatted(phase, stride));
    }
    if (!lines.hline() && !lines.vline() && !lines.slash()) {
      throw invalid(where, "keeps neither hline nor vline nor slash");
    }
    return lines;
  }

  private static int integer(JsonNode node, String where, String name, int otherwise, int least) {
    JsonNode value = node.path(name);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw invalid(where, "has %s %s, expected an integer".formatted(name, value));
    }
    if (value.intValue() < least || value.intValue() > LARGEST) {
      throw invalid(where, "has %s %s, expected %d to %d".formatted(name, value, least, LARGEST));
    }
    return value.intValue();
  }

  private static boolean flag(JsonNode node, String where, String name) {
    JsonNode value = node.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw invalid(where, "has %s %s, expected true or false".formatted(name, value));
    }
    return value.asBoolean(true);
  }

  private static void requireFields(JsonNode node, String where, Set<String> known) {
    if (!node.isObject()) {
      throw invalid(where, "is no object");
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw invalid(
            where,
            "has an unknown field %s; there are: %s"
                .formatted(name, String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  private static List<JsonNode> elements(JsonNode node, String where) {
    if (!node.isArray() || node.isEmpty()) {
      throw invalid(where, "is no list, or an empty one");
    }
    List<JsonNode> elements = new ArrayList<>();
    node.forEach(elements::add);
    return elements;
  }

  private static SquallException invalid(String where, String what) {
    return SquallException.invalidInput(
        "mminference.boundary: plan%s %s".formatted(where.isEmpty() ? "" : " " + where, what));
  }
}
