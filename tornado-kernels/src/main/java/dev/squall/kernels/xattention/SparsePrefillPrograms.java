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
 * Prefill as a program: scores, masses, selection, density, attention. A margin adds the scores and
 * masses from half of the samples; a mask of several heads adds the sum of their masses.
 */
final class SparsePrefillPrograms {
  private static final String SCORES = "scores";
  private static final String HALF_SCORES = "half_scores";
  private static final String MASS = "mass";
  private static final String HALF_MASS = "half_mass";
  private static final String SHARED = "shared_";

  private SparsePrefillPrograms() {}

  static AttentionPrograms.Plan attention(Sizes sizes) {
    return new AttentionPrograms.Plan(
        AttentionShape.of(sizes), "mask", true, sizes.integer("block"));
  }

  static Program loops(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    List<Task> search = new ArrayList<>();
    search.add(XAttentionPrograms.scoresLoops(groups));
    search.addAll(XAttentionPrograms.massLoops(sizes, SCORES, MASS));
    if (halving(sizes)) {
      search.add(XAttentionPrograms.halfScoresLoops(groups, HALF_SCORES));
      search.addAll(XAttentionPrograms.massLoops(sizes, HALF_SCORES, HALF_MASS));
    }
    return program(
        sizes,
        XAttentionPrograms.rowScratch(sizes),
        search,
        AttentionPrograms.loopsTask(attention(sizes)));
  }

  static Program tiles(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    List<Task> search = new ArrayList<>();
    search.add(
        halving(sizes)
            ? XAttentionPrograms.scoresTiles(groups, HALF_SCORES)
            : XAttentionPrograms.scoresTiles(groups));
    search.add(XAttentionPrograms.massTiles(sizes, SCORES, MASS));
    if (halving(sizes)) {
      search.add(XAttentionPrograms.massTiles(sizes, HALF_SCORES, HALF_MASS));
    }
    return program(sizes, Map.of(), search, AttentionPrograms.tilesTask(attention(sizes)));
  }

  private static boolean halving(Sizes sizes) {
    return SparsePrefill.margin(sizes) > 0;
  }

  private static boolean sharing(Sizes sizes) {
    return SparsePrefill.headsOfMask(sizes) > 1;
  }

  private static Program program(
      Sizes sizes, Map<String, TensorType> searchScratch, List<Task> search, Task attention) {
    Map<String, TensorType> scratch = new LinkedHashMap<>(searchScratch);
    scratch.putAll(XAttentionPrograms.selectScratch(sizes));
    scratch.putAll(AttentionPrograms.standIns(attention(sizes)));
    scratch.put(
        XAttentionPrograms.ROW_PAIRS,
        new TensorType(ElementType.F32, List.of(sizes.dim("H"), sizes.dim("NB"))));
    List<Task> tasks = new ArrayList<>(search);
    addScores(sizes, SCORES, MASS, scratch, tasks);
    if (halving(sizes)) {
      addScores(sizes, HALF_SCORES, HALF_MASS, scratch, tasks);
    }
    tasks.add(select(sizes));
    tasks.add(XAttentionPrograms.rowPairsLoops(sizes));
    tasks.add(XAttentionPrograms.densityLoops(sizes));
    tasks.add(attention);
    return XAttentionPrograms.of(sizes, scratch, tasks.toArray(Task[]::new));
  }

  /** The arrays of scores and of their masses; where heads share a mask, also the shared masses. */
  private static void addScores(
      Sizes sizes, String scores, String mass, Map<String, TensorType> scratch, List<Task> tasks) {
    long heads = sizes.dim("H");
    long groups = sizes.dim("G");
    long blocks = sizes.dim("NB");
    TensorType masses = new TensorType(ElementType.F32, List.of(heads, blocks, blocks));
    scratch.put(scores, new TensorType(ElementType.F32, List.of(heads, groups, groups)));
    scratch.put(mass, masses);
    if (sharing(sizes)) {
      scratch.put(SHARED + mass, masses);
      tasks.add(XAttentionPrograms.shareLoops(sizes, mass, SHARED + mass));
    }
  }

  private static Task select(Sizes sizes) {
    String prefix = sharing(sizes) ? SHARED : "";
    return halving(sizes)
        ? XAttentionPrograms.selectLoops(sizes, prefix + MASS, prefix + HALF_MASS)
        : XAttentionPrograms.selectLoops(sizes, prefix + MASS);
  }
}
