package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.function.IntToDoubleFunction;

/** Row softmax by its definition, then sums; a unit is one block row of one head. */
final class BlockMassReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("NB");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Sizes sizes = call.sizes();
    Tensor scores = call.in("scores");
    int groups = sizes.extent("G");
    int blocks = sizes.extent("NB");
    int groupsPerBlock = BlockMass.groupsPerBlock(sizes);
    long head = unit / blocks;
    int row = (int) (unit % blocks);
    double[] mass = new double[blocks];
    int end = Math.min(groups, (row + 1) * groupsPerBlock);
    for (int i = row * groupsPerBlock; i < end; i++) {
      long start = (head * groups + i) * groups;
      int allowed = sizes.flag("causal") ? i + 1 : groups;
      addSoftmax(allowed, j -> scores.f32(start + j), groupsPerBlock, mass);
    }
    for (int column = 0; column < blocks; column++) {
      expectation.expect("mass", unit * blocks + column, mass[column]);
    }
  }

  /** Adds the softmax of {@code allowed} scores to the masses of their blocks. */
  static void addSoftmax(
      int allowed, IntToDoubleFunction score, int groupsPerBlock, double[] mass) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < allowed; j++) {
      largest = Math.max(largest, score.applyAsDouble(j));
    }
    double[] weights = new double[allowed];
    double total = 0;
    for (int j = 0; j < allowed; j++) {
      weights[j] = Math.exp(score.applyAsDouble(j) - largest);
      total += weights[j];
    }
    for (int j = 0; j < allowed; j++) {
      mass[j / groupsPerBlock] += weights[j] / total;
    }
  }
}
