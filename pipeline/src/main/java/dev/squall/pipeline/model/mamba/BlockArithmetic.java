package dev.squall.pipeline.model.mamba;

/** The parts of a block that quantisation changes: its dense layers and its scan. */
interface BlockArithmetic {
  /** {@code layer} of the block on every token. */
  Plane dense(int block, DenseLayer layer, Plane x);

  /** The scan forward plus the scan backward, times silu(gate). */
  Plane scan(ScanOperands operands);
}
