package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prefill over key groups as a program: scores, weights, selection, lists of spans, attention. */
final class GroupPrograms {
  private static final String WEIGHTS = "group_weights";
  private static final String INDEX = "index";

  private GroupPrograms() {}

  static Program of(Sizes sizes) {
    AttentionPrograms.Plan attention =
        AttentionPrograms.Plan.indexed(GroupPrefill.shape(sizes), INDEX);
    long heads = sizes.dim("H");
    long groups = sizes.dim("G");
    long rows = sizes.dim("QB");
    long lists = heads * (sizes.dim("Q") + rows * (1 + 3 * groups));
    Map<String, TensorType> scratch = new LinkedHashMap<>(XAttentionPrograms.rowScratch(sizes));
    scratch.putAll(XAttentionPrograms.selectScratch(sizes));
    scratch.putAll(AttentionPrograms.standIns(attention));
    scratch.put("scores", new TensorType(ElementType.F32, List.of(heads, groups, groups)));
    scratch.put(WEIGHTS, new TensorType(ElementType.F32, List.of(heads, rows, groups)));
    scratch.put(INDEX, new TensorType(ElementType.I32, List.of(lists)));
    scratch.put(
        XAttentionPrograms.ROW_PAIRS, new TensorType(ElementType.F32, List.of(heads, rows)));
    return XAttentionPrograms.indexed(
        sizes,
        scratch,
        XAttentionPrograms.scoresLoops(GroupPrefill.groups(sizes)),
        XAttentionPrograms.massRowsLoops(sizes),
        weights(sizes),
        select(sizes),
        lists(sizes),
        XAttentionPrograms.densityLoops(sizes),
        AttentionPrograms.loopsTask(attention));
  }

  private static Task weights(Sizes sizes) {
    return new Task(
        GroupSelectionLoops.class,
        "groupWeights",
        Grid.loops(sizes.extent("G"), sizes.extent("QB"), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                GroupSelectionLoops::groupWeights,
                arguments.f32("scores"),
                arguments.f32(XAttentionPrograms.ROW_MAXIMUM),
                arguments.f32(XAttentionPrograms.ROW_FACTOR),
                arguments.f32(WEIGHTS),
                arguments.dims()));
  }

  private static Task select(Sizes sizes) {
    return new Task(
        GroupSelectionLoops.class,
        "selectGroups",
        Grid.loops(sizes.extent("QB"), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                GroupSelectionLoops::selectGroups,
                arguments.f32(WEIGHTS),
                arguments.f32("thresholds"),
                arguments.bytes("groups"),
                arguments.dims(),
                arguments.scalars()));
  }

  private static Task lists(Sizes sizes) {
    return new Task(
        GroupSelectionLoops.class,
        "listSpans",
        Grid.loops(sizes.extent("QB"), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                GroupSelectionLoops::listSpans,
                arguments.bytes("groups"),
                arguments.i32(INDEX),
                arguments.f32(XAttentionPrograms.ROW_PAIRS),
                arguments.dims()));
  }
}
