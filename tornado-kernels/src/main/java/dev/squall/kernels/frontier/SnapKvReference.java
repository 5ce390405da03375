package dev.squall.kernels.frontier;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** The tokens of a key head by their definition; a unit is a key head. */
final class SnapKvReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("Hk");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    int wanted = call.sizes().extent("kept");
    boolean[] kept = ImportanceReference.of(call, (int) unit, false).tokens().choose(wanted);
    long at = unit * wanted;
    for (int token = 0; token < kept.length; token++) {
      if (kept[token]) {
        expectation.expect("indices", at++, token);
      }
    }
  }

  /** Tokens whose importance is equal within rounding may stand for each other. */
  @Override
  public String judge(Call call, long unit) {
    int wanted = call.sizes().extent("kept");
    Tensor indices = call.out("indices");
    boolean[] kept = new boolean[call.sizes().extent("L")];
    int before = -1;
    for (int i = 0; i < wanted; i++) {
      int token = indices.i32(unit * wanted + i);
      if (token <= before || token >= kept.length) {
        return "token %d after token %d".formatted(token, before);
      }
      kept[token] = true;
      before = token;
    }
    ImportanceReference importance = ImportanceReference.of(call, (int) unit, false);
    return importance
        .tokens()
        .judge(
            "tokens",
            token -> kept[token],
            wanted,
            wanted,
            importance.slack(),
            WindowReference.UNDERFLOW);
  }
}
