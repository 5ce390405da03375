package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.modm.sim.PublishedFigures;
import dev.squall.pipeline.modm.sim.PublishedRow;
import dev.squall.pipeline.modm.sim.TraceMaker;
import dev.squall.pipeline.report.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The published figures of MoDM beside simulated ones. */
@Command(
    name = "published",
    mixinStandardHelpOptions = true,
    description = {
      "Simulate the published tables of MoDM from their stated parameters and print published"
          + " beside simulated, with the difference and its likely cause (about a minute).",
      ""
    })
final class ModmPublishedCommand implements Callable<Integer> {
  @Mixin private ModmSource source;

  @Option(names = "--large", description = "Simulate the cache of 100,000 images too (minutes).")
  private boolean large;

  @Option(names = "--json", description = "Print one JSON line a figure.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Ranges.requirePositive("--requests", source.requests() / 2);
    List<PublishedRow> rows;
    try (Progress progress = new Progress(json)) {
      rows =
          new PublishedFigures(
                  source::maker,
                  source.imageModel(),
                  source.embedder(),
                  source.seed(),
                  source.requests() / 2,
                  progress::show)
              .simulate(large);
    }
    if (json) {
      printJson(rows);
    } else {
      print(rows);
    }
    return ExitCodes.GOOD;
  }

  private void print(List<PublishedRow> rows) {
    TextTable table =
        new TextTable("figure", ">published", ">simulated", ">difference", "likely cause");
    for (PublishedRow row : rows) {
      table.row(
          List.of(
              row.metric(),
              number(row.published(), row.unit()),
              number(row.simulated(), row.unit()),
              String.format(Locale.ROOT, "%+.0f %%", 100 * row.difference()),
              row.set() ? "none to explain: assumptions were set by this figure" : row.cause()));
    }
    System.out.print(table.plain());
    System.out.println("\ntraces: " + source.maker(TraceMaker.Kind.DIFFUSIONDB).label());
    System.out.println("similarities: " + source.embedder().label());
    System.out.println(
        "all simulated figures: virtual time, stated service times, no GPU was used");
  }

  private static String number(double value, String unit) {
    return String.format(Locale.ROOT, "%.1f %s", value, unit);
  }

  private static void printJson(List<PublishedRow> rows) throws JsonProcessingException {
    JsonMapper mapper = new JsonMapper();
    for (PublishedRow row : rows) {
      ObjectNode line = mapper.createObjectNode().put("kind", "modm_published");
      line.setAll(mapper.<ObjectNode>valueToTree(row));
      line.put("difference", row.difference());
      System.out.println(mapper.writeValueAsString(line));
    }
  }
}
