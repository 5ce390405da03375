package dev.squall.kernels.frontier;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/** The tokens of all key heads by their definition; there is one unit. */
final class AdaSnapKvReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return 1;
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Sizes sizes = call.sizes();
    int heads = sizes.extent("Hk");
    int tokens = sizes.extent("L");
    double[] masses = new double[heads * tokens];
    int[] first = new int[heads * tokens];
    Arrays.fill(first, -1);
    int base = AdaSnapKv.base(sizes);
    for (int head = 0; head < heads; head++) {
      LargestReference importance = ImportanceReference.of(call, head, true).tokens();
      boolean[] own = importance.choose(base);
      for (int token = 0; token < tokens; token++) {
        masses[head * tokens + token] = importance.masses()[token];
        first[head * tokens + token] = own[token] ? 0 : -1;
      }
    }
    boolean[] kept = new LargestReference(masses, first).choose(sizes.extent("total"));
    int at = 0;
    for (int head = 0; head < heads; head++) {
      expectation.expect("offsets", head, at);
      for (int token = 0; token < tokens; token++) {
        if (kept[head * tokens + token]) {
          expectation.expect("indices", at++, token);
        }
      }
    }
    expectation.expect("offsets", heads, at);
  }

  /** Tokens whose importance is equal within rounding may stand for each other. */
  @Override
  public String judge(Call call, long unit) {
    Sizes sizes = call.sizes();
    int heads = sizes.extent("Hk");
    int base = AdaSnapKv.base(sizes);
    Tensor offsets = call.out("offsets");
    if (offsets.i32(0) != 0 || offsets.i32(heads) != sizes.dim("total")) {
      return "offsets begin at %d and end at %d".formatted(offsets.i32(0), offsets.i32(heads));
    }
    double leastTaken = Double.POSITIVE_INFINITY;
    double mostLeft = 0;
    double slack = 0;
    for (int head = 0; head < heads; head++) {
      int from = offsets.i32(head);
      int count = offsets.i32(head + 1) - from;
      boolean[] kept = new boolean[sizes.extent("L")];
      String problem = mark(call.out("indices"), from, count, kept);
      if (problem == null && count < base) {
        problem = "%d tokens, expected at least %d".formatted(count, base);
      }
      ImportanceReference importance = ImportanceReference.of(call, head, true);
      if (problem == null) {
        problem =
            importance
                .tokens()
                .judge(
                    "tokens",
                    token -> kept[token],
                    count,
                    count,
                    importance.slack(),
                    WindowReference.UNDERFLOW);
      }
      if (problem != null) {
        return "head %d: %s".formatted(head, problem);
      }
      slack = Math.max(slack, importance.slack());
      for (int token = 0; token < kept.length; token++) {
        boolean open = importance.tokens().forced()[token] < 0;
        double mass = importance.tokens().masses()[token];
        if (!kept[token]) {
          mostLeft = Math.max(mostLeft, mass);
        } else if (open && count > base) {
          leastTaken = Math.min(leastTaken, mass);
        }
      }
    }
    return mostLeft * (1 - slack) <= leastTaken * (1 + slack) + WindowReference.UNDERFLOW
        ? null
        : "a token of importance %s is left out and one of %s kept".formatted(mostLeft, leastTaken);
  }

  /** Null if the indices are ascending tokens, else what is wrong. */
  private static String mark(Tensor indices, int from, int count, boolean[] kept) {
    int before = -1;
    for (int i = from; i < from + count; i++) {
      int token = indices.i32(i);
      if (token <= before || token >= kept.length) {
        return "token %d after token %d".formatted(token, before);
      }
      kept[token] = true;
      before = token;
    }
    return count < 0 ? "offsets descend" : null;
  }
}
