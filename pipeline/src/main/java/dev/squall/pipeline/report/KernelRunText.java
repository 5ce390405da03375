package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.util.Map;

/** The outcome of a single kernel call. */
public final class KernelRunText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KernelRunText() {}

  public static String terminal(RunResult run, Comparison comparison) {
    StageResult result = run.stages().getFirst();
    double seconds = result.timing().median();
    Cost work = result.stage().kernel().workDone(result.call());
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, %s: %s ms, %s GFLOP/s, %s GB/s%s%n"
            .formatted(
                result.stage().kernel().id(),
                result.used().label(),
                Numbers.significant(seconds * 1e3),
                Numbers.significant(work.operations() / seconds / 1e9),
                Numbers.significant(work.bytes() / seconds / 1e9),
                result.used().device().notATiming().map(why -> " (" + why + ")").orElse("")));
    result
        .call()
        .outputs()
        .forEach((port, tensor) -> text.append("  %s %s%n".formatted(port, tensor)));
    for (Metric metric : result.metrics()) {
      text.append("  %s %s%n".formatted(metric.name(), Numbers.significant(metric.value())));
    }
    text.append(
        "%s: max error %s, tolerance %s, %d of %d units compared%s%n"
            .formatted(
                comparison.verdict(),
                Numbers.error(comparison.maxError()),
                Numbers.error(comparison.allowance()),
                comparison.unitsCompared(),
                comparison.unitsTotal(),
                comparison.detail().isEmpty() ? "" : ": " + comparison.detail()));
    return text.toString();
  }

  public static String jsonLine(RunResult run, Comparison comparison)
      throws JsonProcessingException {
    StageResult result = run.stages().getFirst();
    double seconds = result.timing().median();
    Cost work = result.stage().kernel().workDone(result.call());
    ObjectNode line = JSON.createObjectNode();
    line.put("kernel", result.stage().kernel().id());
    line.put("variant", result.used().variant().name());
    line.put("device", result.used().device().id());
    line.put("engine", result.used().device().engine());
    ObjectNode shapes = line.putObject("shapes");
    addShapes(shapes, result.call().inputs());
    addShapes(shapes, result.call().outputs());
    ObjectNode parameters = line.putObject("parameters");
    result
        .stage()
        .sizes()
        .parameters()
        .forEach((name, value) -> parameters.put(name, value.toString()));
    line.put("first_milliseconds", result.timing().first() * 1e3);
    line.put("wall_milliseconds", seconds * 1e3);
    line.put("kernel_milliseconds", seconds * 1e3);
    line.put("timing", result.used().device().notATiming().orElse(StageRow.MEASURED));
    line.put("gigaflops_per_second", work.operations() / seconds / 1e9);
    line.put("gigabytes_per_second", work.bytes() / seconds / 1e9);
    for (Metric metric : result.metrics()) {
      finite(line, metric.name(), metric.value());
    }
    finite(line, "max_error", comparison.maxError());
    finite(line, "tolerance", comparison.allowance());
    line.put("units_compared", comparison.unitsCompared());
    line.put("units_total", comparison.unitsTotal());
    line.put("verdict", comparison.verdict().name());
    if (!comparison.detail().isEmpty()) {
      line.put("detail", comparison.detail());
    }
    ArrayNode refused = line.putArray("refused");
    for (Candidate candidate : result.decision().refused()) {
      ObjectNode each = refused.addObject();
      each.put("variant", candidate.variant().name());
      each.put("device", candidate.device().id());
      each.put("reason", candidate.refusal().orElseThrow());
    }
    ArrayNode events = line.putArray("events");
    run.events().forEach(event -> events.add(event.errorClass() + ": " + event.what()));
    return JSON.writeValueAsString(line) + "\n";
  }

  private static void addShapes(ObjectNode shapes, Map<String, Tensor> tensors) {
    tensors.forEach(
        (port, tensor) -> {
          ArrayNode shape = shapes.putArray(port);
          for (long extent : tensor.shape()) {
            shape.add(extent);
          }
        });
  }

  private static void finite(ObjectNode line, String name, double value) {
    if (Double.isFinite(value)) {
      line.put(name, value);
    } else {
      line.putNull(name);
    }
  }
}
