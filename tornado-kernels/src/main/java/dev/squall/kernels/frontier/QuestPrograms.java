package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Quest as a program: page scores, choice, lists, attention. */
final class QuestPrograms {
  private static final String SCORES = "page_scores";
  private static final String KEPT = "kept_pages";
  private static final String INDEX = "index";

  private QuestPrograms() {}

  static Support support(Sizes sizes) {
    long most = sizes.dim("Hk") * sizes.dim("L") * sizes.dim("D");
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  static Program loops(Sizes sizes) {
    QuestPages pages = QuestPages.of(sizes);
    int heads = pages.shape().heads();
    int count = pages.current() + 1;
    AttentionPrograms.Plan plan = AttentionPrograms.Plan.indexed(pages.shape(), INDEX);
    List<Integer> dims = new ArrayList<>(AttentionPrograms.dims(plan));
    dims.addAll(Collections.nCopies(FrontierLayout.CHOOSERS + 1 - dims.size(), 0));
    dims.set(FrontierLayout.BLOCK, pages.page());
    dims.set(FrontierLayout.BLOCKS, count);
    dims.set(FrontierLayout.BUDGET, pages.kept());
    dims.set(FrontierLayout.CHOOSERS, pages.choosers());
    long choosers = pages.choosers();
    Map<String, TensorType> scratch = new LinkedHashMap<>(AttentionPrograms.standIns(plan));
    scratch.put(SCORES, new TensorType(ElementType.F32, List.of(choosers, (long) count)));
    scratch.put(KEPT, new TensorType(ElementType.I32, List.of(choosers, (long) count)));
    long index = heads + choosers * (1 + 3L * pages.kept());
    scratch.put(INDEX, new TensorType(ElementType.I32, List.of(index)));
    Task scores =
        new Task(
            QuestLoops.class,
            "pageScores",
            Grid.loops(count, pages.choosers()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    QuestLoops::pageScores,
                    arguments.f32("q"),
                    arguments.f32("k"),
                    arguments.f32(SCORES),
                    arguments.dims()));
    Task choice =
        new Task(
            QuestLoops.class,
            "choosePages",
            Grid.loops(count, pages.choosers()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    QuestLoops::choosePages,
                    arguments.f32(SCORES),
                    arguments.i32(KEPT),
                    arguments.dims()));
    Task lists =
        new Task(
            QuestLoops.class,
            "listPages",
            Grid.loops(pages.choosers()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    QuestLoops::listPages,
                    arguments.i32(KEPT),
                    arguments.i32("pages"),
                    arguments.i32(INDEX),
                    arguments.dims()));
    return new Program(
        List.of(scores, choice, lists, AttentionPrograms.loopsTask(plan)),
        scratch,
        dims,
        List.of(pages.shape().scale()));
  }
}
