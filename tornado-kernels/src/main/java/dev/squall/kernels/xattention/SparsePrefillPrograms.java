package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prefill as a program: scores, masses, selection, density, attention. With a margin every head is
 * scored twice, the second time from half of the samples; heads that share a mask get the sum of
 * their masses.
 */
final class SparsePrefillPrograms {
  private static final String MASS = "mass";
  private static final String SHARED_MASS = "shared_mass";

  private SparsePrefillPrograms() {}

  static AttentionPrograms.Plan attention(Sizes sizes) {
    return new AttentionPrograms.Plan(
        AttentionShape.of(sizes), "mask", true, sizes.integer("block"));
  }

  static Program loops(Sizes sizes) {
    int scored = XAttentionPrograms.scoredHeads(sizes);
    return program(
        sizes,
        XAttentionPrograms.rowScratch(sizes),
        List.of(
            XAttentionPrograms.scoresLoops(Groups.of(sizes), scored),
            XAttentionPrograms.massRowsLoops(sizes),
            XAttentionPrograms.massBlocksLoops(sizes)),
        AttentionPrograms.loopsTask(attention(sizes)));
  }

  static Program tiles(Sizes sizes) {
    int scored = XAttentionPrograms.scoredHeads(sizes);
    return program(
        sizes,
        Map.of(),
        List.of(
            XAttentionPrograms.scoresTiles(Groups.of(sizes), scored),
            XAttentionPrograms.massTiles(sizes)),
        AttentionPrograms.tilesTask(attention(sizes)));
  }

  private static Program program(
      Sizes sizes, Map<String, TensorType> searchScratch, List<Task> search, Task attention) {
    long scored = XAttentionPrograms.scoredHeads(sizes);
    long groups = sizes.dim("G");
    long blocks = sizes.dim("NB");
    TensorType mass = new TensorType(ElementType.F32, List.of(scored, blocks, blocks));
    Map<String, TensorType> scratch = new LinkedHashMap<>(searchScratch);
    scratch.putAll(XAttentionPrograms.selectScratch(sizes));
    scratch.putAll(AttentionPrograms.standIns(attention(sizes)));
    scratch.put("scores", new TensorType(ElementType.F32, List.of(scored, groups, groups)));
    scratch.put(MASS, mass);
    scratch.put(
        XAttentionPrograms.ROW_PAIRS,
        new TensorType(ElementType.F32, List.of(sizes.dim("H"), blocks)));
    List<Task> tasks = new ArrayList<>(search);
    boolean sharing = SparsePrefill.headsOfMask(sizes) > 1;
    if (sharing) {
      scratch.put(SHARED_MASS, mass);
      tasks.add(XAttentionPrograms.shareLoops(sizes, SHARED_MASS));
    }
    tasks.add(XAttentionPrograms.selectLoops(sizes, sharing ? SHARED_MASS : MASS));
    tasks.add(XAttentionPrograms.rowPairsLoops(sizes));
    tasks.add(XAttentionPrograms.densityLoops(sizes));
    tasks.add(attention);
    return XAttentionPrograms.of(sizes, scratch, tasks.toArray(Task[]::new));
  }
}
