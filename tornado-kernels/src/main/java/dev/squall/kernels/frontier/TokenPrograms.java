package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
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

/** The choice of tokens to keep as programs. */
final class TokenPrograms {
  private static final String IMPORTANCE = "importance";
  private static final String POOLED = "pooled";
  private static final String OWN = "own_tokens";
  private static final String KEPT = "kept_tokens";

  private TokenPrograms() {}

  /** Whether all arrays can be counted in int. */
  static Support support(Sizes sizes) {
    long row = Math.max(window(sizes), sizes.dim("D"));
    long most = sizes.dim("H") * sizes.dim("L") * row;
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  private static long window(Sizes sizes) {
    return Math.min(sizes.integer("window"), sizes.dim("L"));
  }

  static Program snapKv(Sizes sizes) {
    List<Task> tasks = new ArrayList<>(WindowPrograms.softmax(sizes, window(sizes)));
    tasks.add(meanWeights(sizes));
    tasks.add(pool(sizes));
    tasks.add(keep(sizes, KEPT));
    tasks.add(
        new Task(
            TokenLoops.class,
            "listTokens",
            Grid.loops(sizes.extent("Hk")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    TokenLoops::listTokens,
                    arguments.i32(KEPT),
                    arguments.i32("indices"),
                    arguments.dims())));
    return program(sizes, tasks, scratch(sizes), sizes.extent("kept"));
  }

  static Program adaSnapKv(Sizes sizes) {
    List<Task> tasks = new ArrayList<>(WindowPrograms.softmax(sizes, window(sizes)));
    tasks.add(largestWeights(sizes));
    tasks.add(pool(sizes));
    tasks.add(keep(sizes, OWN));
    tasks.add(
        new Task(
            TokenLoops.class,
            "competeTokens",
            grid(sizes),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    TokenLoops::competeTokens,
                    arguments.f32(POOLED),
                    arguments.i32(OWN),
                    arguments.i32(KEPT),
                    arguments.dims())));
    tasks.add(
        new Task(
            TokenLoops.class,
            "listHeads",
            Grid.loops(sizes.extent("Hk") + 1),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    TokenLoops::listHeads,
                    arguments.i32(KEPT),
                    arguments.i32("indices"),
                    arguments.i32("offsets"),
                    arguments.dims())));
    Map<String, TensorType> scratch = scratch(sizes);
    scratch.put(OWN, scratch.get(KEPT));
    return program(sizes, tasks, scratch, AdaSnapKv.base(sizes));
  }

  private static Map<String, TensorType> scratch(Sizes sizes) {
    Map<String, TensorType> scratch =
        new LinkedHashMap<>(WindowPrograms.scratch(sizes, window(sizes)));
    List<Long> shape = List.of(sizes.dim("Hk"), sizes.dim("L"));
    scratch.put(IMPORTANCE, new TensorType(ElementType.F32, shape));
    scratch.put(POOLED, new TensorType(ElementType.F32, shape));
    scratch.put(KEPT, new TensorType(ElementType.I32, shape));
    return scratch;
  }

  /**
   * @param own tokens that a head keeps for itself
   */
  private static Program program(
      Sizes sizes, List<Task> tasks, Map<String, TensorType> scratch, int own) {
    AttentionShape shape = FrontierShape.of(sizes);
    List<Integer> dims =
        new ArrayList<>(
            AttentionPrograms.dims(new AttentionPrograms.Plan(shape, "", false, shape.tokens())));
    dims.addAll(Collections.nCopies(FrontierLayout.CHOOSERS + 1 - dims.size(), 0));
    dims.set(FrontierLayout.WINDOW, (int) window(sizes));
    dims.set(FrontierLayout.SINK, sizes.integer("sink"));
    dims.set(FrontierLayout.RECENT, sizes.integer("recent"));
    dims.set(FrontierLayout.POOL, sizes.integer("pool"));
    dims.set(FrontierLayout.BUDGET, sizes.extent("kept"));
    dims.set(FrontierLayout.SHARE, own);
    return new Program(tasks, scratch, dims, List.of(shape.scale()));
  }

  private static Grid grid(Sizes sizes) {
    return Grid.loops(sizes.extent("L"), sizes.extent("Hk"));
  }

  private static Task meanWeights(Sizes sizes) {
    return new Task(
        TokenLoops.class,
        "meanWeights",
        grid(sizes),
        (graph, id, arguments) ->
            graph.task(
                id,
                TokenLoops::meanWeights,
                arguments.f32(WindowPrograms.LOGITS),
                arguments.f32(WindowPrograms.MAXIMUM),
                arguments.f32(WindowPrograms.FACTOR),
                arguments.f32(IMPORTANCE),
                arguments.dims()));
  }

  private static Task largestWeights(Sizes sizes) {
    return new Task(
        TokenLoops.class,
        "largestWeights",
        grid(sizes),
        (graph, id, arguments) ->
            graph.task(
                id,
                TokenLoops::largestWeights,
                arguments.f32(WindowPrograms.LOGITS),
                arguments.f32(WindowPrograms.MAXIMUM),
                arguments.f32(WindowPrograms.FACTOR),
                arguments.f32(IMPORTANCE),
                arguments.dims()));
  }

  private static Task pool(Sizes sizes) {
    return new Task(
        TokenLoops.class,
        "poolTokens",
        grid(sizes),
        (graph, id, arguments) ->
            graph.task(
                id,
                TokenLoops::poolTokens,
                arguments.f32(IMPORTANCE),
                arguments.f32(POOLED),
                arguments.dims()));
  }

  private static Task keep(Sizes sizes, String marks) {
    return new Task(
        TokenLoops.class,
        "keepTokens",
        grid(sizes),
        (graph, id, arguments) ->
            graph.task(
                id,
                TokenLoops::keepTokens,
                arguments.f32(POOLED),
                arguments.i32(marks),
                arguments.dims()));
  }
}
