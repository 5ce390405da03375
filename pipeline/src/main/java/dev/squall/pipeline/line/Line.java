package dev.squall.pipeline.line;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.report.Report;
import java.util.List;
import java.util.Map;

/**
 * A stage graph with the tensors to run it on.
 *
 * @param yardsticks stages that stand beside others for comparison
 */
public record Line(
    StageGraph graph, Map<String, Tensor> tensors, List<Report.Yardstick> yardsticks) {}
