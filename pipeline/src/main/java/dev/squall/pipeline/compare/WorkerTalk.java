package dev.squall.pipeline.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;

/**
 * What a process that measures is told, a line of JSON for each cell, and what it answers: lines of
 * progress, then the cell. Lines that are no JSON (a library may print) are passed over.
 */
public final class WorkerTalk {
  private static final ObjectMapper JSON = CellLines.mapper();
  private static final String PROGRESS = "progress";
  private static final String BROKEN = "broken";
  private static final String CELL = "cell";

  private WorkerTalk() {}

  /** Serves until there are no more orders. */
  public static void serve(CellWorker worker, BufferedReader orders, PrintStream answers)
      throws IOException {
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      CellOrder order = JSON.readValue(line, CellOrder.class);
      CellWorker.Outcome outcome =
          worker.measure(
              order, text -> answer(answers, JSON.createObjectNode().put(PROGRESS, text)));
      answer(
          answers,
          JSON.createObjectNode()
              .put(BROKEN, outcome.broken())
              .put(CELL, CellLines.line(outcome.cell())));
    }
  }

  private static void answer(PrintStream answers, ObjectNode node) {
    answers.println(node);
    answers.flush();
  }

  static String order(CellOrder order) {
    try {
      return JSON.writeValueAsString(order);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One line of an answer. */
  record Answer(String progress, CellWorker.Outcome outcome) {}

  /** Null for a line that is none of ours. */
  static Answer answer(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      if (node != null && node.hasNonNull(PROGRESS)) {
        return new Answer(node.get(PROGRESS).asText(), null);
      }
      if (node != null && node.hasNonNull(CELL)) {
        return new Answer(
            null,
            new CellWorker.Outcome(
                CellLines.cell(node.get(CELL).asText()), node.path(BROKEN).asBoolean()));
      }
      return null;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return null;
    }
  }
}
