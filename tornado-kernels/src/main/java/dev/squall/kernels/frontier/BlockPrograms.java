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

/** Block top-k as a program: means, scores, choice, attention under the mask. */
final class BlockPrograms {
  private static final String MEANS = "means";
  private static final String SCORES = "scores";

  private BlockPrograms() {}

  static Support support(Sizes sizes) {
    long blocks = sizes.dim("NB");
    long most = sizes.dim("H") * Math.max(blocks * blocks, sizes.dim("L") * sizes.dim("D"));
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  static Program loops(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    int blocks = sizes.extent("NB");
    AttentionPrograms.Plan plan =
        new AttentionPrograms.Plan(shape, "mask", true, sizes.integer("block"));
    List<Integer> dims = new ArrayList<>(AttentionPrograms.dims(plan));
    dims.addAll(Collections.nCopies(FrontierLayout.BUDGET + 1 - dims.size(), 0));
    dims.set(FrontierLayout.BLOCK, sizes.integer("block"));
    dims.set(FrontierLayout.BLOCKS, blocks);
    dims.set(FrontierLayout.BUDGET, sizes.integer("top"));
    Map<String, TensorType> scratch = new LinkedHashMap<>(AttentionPrograms.standIns(plan));
    long heads = shape.heads();
    scratch.put(
        MEANS,
        new TensorType(
            ElementType.F32,
            List.of(heads + shape.keyHeads(), (long) blocks, (long) shape.headSize())));
    scratch.put(
        SCORES, new TensorType(ElementType.F32, List.of(heads, (long) blocks, (long) blocks)));
    return new Program(
        List.of(
            means(shape, blocks),
            scores(shape, blocks),
            choice(shape, blocks),
            AttentionPrograms.loopsTask(plan)),
        scratch,
        dims,
        List.of(shape.scale()));
  }

  private static Task means(AttentionShape shape, int blocks) {
    return new Task(
        BlockLoops.class,
        "blockMeans",
        Grid.loops(shape.headSize(), blocks, shape.heads() + shape.keyHeads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockLoops::blockMeans,
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.f32(MEANS),
                arguments.dims()));
  }

  private static Task scores(AttentionShape shape, int blocks) {
    return new Task(
        BlockLoops.class,
        "blockScores",
        Grid.loops(blocks, blocks, shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockLoops::blockScores,
                arguments.f32(MEANS),
                arguments.f32(SCORES),
                arguments.dims()));
  }

  private static Task choice(AttentionShape shape, int blocks) {
    return new Task(
        BlockLoops.class,
        "chooseBlocks",
        Grid.loops(blocks, blocks, shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockLoops::chooseBlocks,
                arguments.f32(SCORES),
                arguments.bytes("mask"),
                arguments.dims()));
  }
}
