package dev.squall.kernels.spec;

/**
 * The double-precision definition of a kernel, cut into units that can be computed on their own, so
 * that a verifier can check all of a small call and a sample of a large one. Slow, obvious, the
 * oracle.
 */
public interface Reference {
  /** Number of units of a call: rows, channels, blocks, … */
  long units(Sizes sizes);

  /** States every output element of unit {@code unit}; all units together state each once. */
  void compute(Call call, long unit, Expectation expectation);

  /**
   * Whether a unit whose outputs differ from the expectation is right all the same, because the
   * definition leaves room (ties in a selection). Null if it is right, else what is wrong.
   */
  default String judge(Call call, long unit) {
    return "differs from the reference";
  }

  /** Receives expected values. */
  @FunctionalInterface
  interface Expectation {
    /**
     * @param index position in the row-major output
     * @param magnitude sum of the absolute terms that make the value: what rounding errors scale
     *     with
     */
    void expect(String port, long index, double value, double magnitude);

    default void expect(String port, long index, double value) {
      expect(port, index, value, Math.abs(value));
    }
  }
}
