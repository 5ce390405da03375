package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/**
 * Page scores, the choice and the attention by their definition; a unit is a set of pages with the
 * query heads that it serves. Pages that another precision chooses differently are right too.
 */
final class QuestReference implements Reference {
  /**
   * @param error of a score in single precision
   */
  private record Scores(LargestReference values, double error) {}

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("P");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    QuestPages pages = QuestPages.of(call.sizes());
    boolean[] chosen = scores(call, pages, (int) unit).values().choose(pages.kept() - 1);
    boolean[] kept = Arrays.copyOf(chosen, pages.current() + 1);
    kept[pages.current()] = true;
    int count = 0;
    for (int page = 0; page < kept.length; page++) {
      if (kept[page]) {
        expectation.expect("pages", unit * pages.kept() + count++, page);
      }
    }
    attend(call, pages, (int) unit, kept, expectation);
  }

  @Override
  public String judge(Call call, long unit) {
    QuestPages pages = QuestPages.of(call.sizes());
    Tensor out = call.out("pages");
    boolean[] kept = new boolean[pages.current() + 1];
    int before = -1;
    for (int i = 0; i < pages.kept(); i++) {
      int page = out.i32(unit * pages.kept() + i);
      if (page <= before || page > pages.current()) {
        return "page %d after page %d".formatted(page, before);
      }
      kept[page] = true;
      before = page;
    }
    if (before != pages.current()) {
      return "the current page %d is not kept".formatted(pages.current());
    }
    Scores scores = scores(call, pages, (int) unit);
    int wanted = pages.kept() - 1;
    String problem =
        scores.values().judge("pages", page -> kept[page], wanted, wanted, 0, scores.error());
    if (problem != null) {
      return problem;
    }
    Tolerance tolerance = AttentionPrograms.outputTolerance();
    String[] wrong = new String[1];
    attend(
        call,
        pages,
        (int) unit,
        kept,
        (port, index, value, magnitude) -> {
          float actual = call.out("o").f32(index);
          if (!tolerance.accepts(actual, value, magnitude)) {
            wrong[0] = "output o has %s, expected %s".formatted(actual, value);
          }
        });
    return wrong[0];
  }

  private static Scores scores(Call call, QuestPages pages, int chooser) {
    AttentionShape shape = pages.shape();
    int size = shape.headSize();
    double[] scores = new double[pages.current()];
    double magnitude = 0;
    long keys = (long) pages.keyHead(chooser) * shape.tokens();
    for (int page = 0; page < scores.length; page++) {
      double sum = 0;
      for (int d = 0; d < size; d++) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int token = page * pages.page(); token < (page + 1) * pages.page(); token++) {
          double value = call.in("k").f32((keys + token) * size + d);
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
        for (int i = 0; i < pages.served(); i++) {
          double query = call.in("q").f32(((long) chooser * pages.served() + i) * size + d);
          double bound = Math.max(query * least, query * most);
          scores[page] += bound;
          sum += Math.abs(bound);
        }
      }
      magnitude = Math.max(magnitude, sum);
    }
    int[] forced = new int[scores.length];
    Arrays.fill(forced, -1);
    double terms = size * pages.served() + 4.0;
    return new Scores(
        new LargestReference(scores, forced), WindowReference.ROUND_OFF * terms * magnitude);
  }

  private static void attend(
      Call call, QuestPages pages, int chooser, boolean[] kept, Expectation expectation) {
    for (int i = 0; i < pages.served(); i++) {
      SparseAttentionReference.row(
          call,
          pages.shape(),
          (head, row) -> key -> kept[key / pages.page()],
          chooser * pages.served() + i,
          0,
          expectation);
    }
  }
}
