package dev.squall.kernels.modm;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** All cosines of a query, one after the other. A unit is a query. */
final class RetrievalReference implements Reference {
  /** Relative error of a single-precision dot product; see the tolerance table. */
  static final double ROUNDING = 0x1p-17;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("b");
  }

  @Override
  public void compute(Call call, long query, Expectation expectation) {
    long best = 0;
    double similarity = Double.NEGATIVE_INFINITY;
    for (long row = 0; row < call.sizes().dim("M"); row++) {
      double cosine = cosine(call, query, row);
      if (cosine > similarity) {
        similarity = cosine;
        best = row;
      }
    }
    expectation.expect("index", query, best);
    expectation.expect("similarity", query, similarity, magnitude(call, query, best));
  }

  /**
   * Single-precision sums cannot tell rows apart whose exact cosines differ by less than their
   * rounding; the similarity must still be that of the row chosen. Of rows with equal cosines only
   * the first is right.
   */
  @Override
  public String judge(Call call, long query) {
    long chosen = call.out("index").i32(query);
    if (chosen < 0 || chosen >= call.sizes().dim("M")) {
      return "index out of range";
    }
    double cosine = cosine(call, query, chosen);
    double allowed = ROUNDING * magnitude(call, query, chosen);
    for (long row = 0; row < call.sizes().dim("M"); row++) {
      double other = cosine(call, query, row);
      if (other > cosine + 2 * allowed) {
        return "row %d has cosine %s, row %d of %s was chosen"
            .formatted(row, other, chosen, cosine);
      }
      if (other == cosine && row < chosen) {
        return "row %d has the same cosine and comes first".formatted(row);
      }
    }
    double stated = call.out("similarity").f32(query);
    return Math.abs(stated - cosine) <= allowed ? null : "similarity of another row";
  }

  static double cosine(Call call, long query, long row) {
    return product(call.in("query"), query, call.in("cache"), row, call.sizes().extent("E"), false);
  }

  private static double magnitude(Call call, long query, long row) {
    return product(call.in("query"), query, call.in("cache"), row, call.sizes().extent("E"), true);
  }

  private static double product(
      Tensor queries, long query, Tensor cache, long row, int width, boolean absolute) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      double term = (double) queries.f32(query * width + i) * cache.f32(row * width + i);
      sum += absolute ? Math.abs(term) : term;
    }
    return sum;
  }
}
