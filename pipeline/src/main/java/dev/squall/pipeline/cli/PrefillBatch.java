package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.cluster.ClusterAnswer;
import dev.squall.pipeline.cluster.ClusterTask;
import dev.squall.pipeline.cluster.SparkCluster;
import dev.squall.pipeline.report.Numbers;
import dev.squall.pipeline.report.TextTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The documents of a folder, one after another in this process or as tasks of a cluster. A document
 * that fails is told on stderr and does not hold up the others.
 */
final class PrefillBatch {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final List<Path> documents;
  private final boolean json;
  private final TextTable table =
      new TextTable(
          "document", ">tokens", ">tokens/s", ">perplexity", ">density", ">recall", "worker");
  private int worst = ExitCodes.GOOD;

  /**
   * @param json print a line a document as it comes, in place of a table at the end
   * @throws SquallException INVALID_INPUT if {@code folder} has no files
   */
  PrefillBatch(Path folder, boolean json) {
    this.json = json;
    try (Stream<Path> files = Files.list(folder)) {
      documents = files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw SquallException.invalidInput("--batch %s: no such folder".formatted(folder));
    }
    if (documents.isEmpty()) {
      throw SquallException.invalidInput("--batch %s: no files in it".formatted(folder));
    }
  }

  /** Gives the JSON line of a document's report. */
  interface Reader {
    String report(Path document) throws JsonProcessingException;
  }

  int run(Reader reader) throws JsonProcessingException {
    for (Path document : documents) {
      try {
        add(document.toString(), reader.report(document), "");
      } catch (SquallException e) {
        fail(
            document.toString(),
            Failures.line(e.errorClass(), e.getMessage()),
            Failures.exitCode(e.errorClass()));
      }
    }
    return close();
  }

  /**
   * @param words of the command for any document, without its name
   */
  int run(SparkCluster cluster, List<String> words) {
    List<ClusterTask> tasks = new ArrayList<>();
    for (Path document : documents) {
      List<String> arguments = new ArrayList<>(words);
      arguments.addAll(List.of("--text", document.toAbsolutePath().toString(), "--json"));
      tasks.add(new ClusterTask(document.toString(), arguments, ""));
    }
    try (Progress progress = new Progress(false)) {
      int[] done = {0};
      progress.show("0 of %d documents".formatted(tasks.size()));
      cluster.run(
          tasks,
          answer -> {
            progress.clear();
            take(answer);
            progress.show("%d of %d documents".formatted(++done[0], tasks.size()));
          });
    }
    return close();
  }

  private void take(ClusterAnswer answer) {
    if (answer.exitCode() == ExitCodes.GOOD) {
      add(answer.key(), answer.output(), answer.worker());
    } else {
      fail(answer.key(), answer.errors().strip(), answer.exitCode());
    }
  }

  private void fail(String document, String line, int exitCode) {
    System.err.printf("%s: %s%n", document, line);
    worst = Math.max(worst, exitCode);
  }

  private void add(String document, String report, String worker) {
    try {
      JsonNode node = MAPPER.readTree(report);
      if (json) {
        ObjectNode line = MAPPER.createObjectNode().put("document", document);
        line.setAll((ObjectNode) node);
        System.out.println(MAPPER.writeValueAsString(line));
      } else {
        table.row(
            List.of(
                document,
                node.get("tokens").asText(),
                figure(node, "tokens_per_second"),
                node.hasNonNull("perplexity")
                    ? String.format(Locale.ROOT, "%.4f", node.get("perplexity").asDouble())
                    : "–",
                figure(node, "density"),
                figure(node, "recall"),
                worker));
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String figure(JsonNode node, String name) {
    return node.hasNonNull(name) ? Numbers.significant(node.get(name).asDouble()) : "–";
  }

  private int close() {
    if (!json) {
      System.out.print(table.plain());
    }
    return worst;
  }
}
