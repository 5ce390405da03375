package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.testing.HtmlPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code compare} measures two small cells; {@code compare report} makes the page of them. */
@Timeout(300)
class ComparePagesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void thePageHoldsTheNumbersOfTheResultsFile() throws Exception {
    Path results = folder.resolve("results.jsonl");
    CommandRun measured =
        command(
            "compare",
            "--kernel",
            "attention.dense",
            "--shape",
            "L=64,D=16,H=2,Hk=1",
            "--devices",
            "host",
            "--max-time",
            "1",
            "--out",
            results.toString());
    assertThat(measured.exitCode()).as(measured.errors()).isZero();
    Path page = folder.resolve("page.html");
    Path plots = folder.resolve("plots");
    CommandRun report =
        command(
            "compare",
            "report",
            results.toString(),
            "--html",
            page.toString(),
            "--plots",
            plots.toString());

    assertThat(report.errors()).isEmpty();
    assertThat(report.output()).isEmpty();
    assertThat(report.exitCode()).isZero();
    List<JsonNode> cells =
        Files.readAllLines(results).stream().skip(1).map(ComparePagesTest::json).toList();
    assertThat(cells).isNotEmpty();
    HtmlPage html = new HtmlPage(Files.readString(page));
    html.assertAccessible();
    assertThat(html.values("cells-table", "median ms"))
        .containsExactlyElementsOf(
            cells.stream().map(cell -> cell.get("median_ns").asDouble() * 1e-6).toList());
    assertThat(html.values("cells-table", "samples"))
        .containsExactlyElementsOf(
            cells.stream().map(cell -> cell.get("runs").asDouble()).toList());
    assertThat(html.byId("environment").getTextContent())
        .contains("./squall compare --kernel attention.dense")
        .contains("./squall compare report ");
    String hash =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(results)));
    assertThat(html.byId("sources").getTextContent())
        .contains("results.jsonl, %d bytes, SHA-256 %s".formatted(Files.size(results), hash));
    assertThat(ImageIO.read(plots.resolve("roofline.png").toFile()).getWidth()).isEqualTo(820);
    assertThat(Files.readString(plots.resolve("roofline.svg"))).contains("<svg");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefusedFirst() {
    Path page = folder.resolve("missing").resolve("page.html");
    CommandRun run =
        command("compare", "report", folder.resolve("none").toString(), "--html", page.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).contains("cannot write to folder " + page.getParent());
  }

  private CommandRun command(String... words) {
    return CommandRun.of(folder.resolve("cache"), words);
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }
}
