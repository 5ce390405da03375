package dev.squall.kernels.seedlm;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code seedlm.decode}: weights from seeds of a 16-bit shift register and a few 4-bit coefficients
 * (SeedLM, sections 3.1 to 3.3).
 *
 * <p>Input {@code words}: with config=4bit i32[n], a block of 8 weights an element (bits 0–15
 * register state, 16–19 exponent + 8, 20–31 three two's-complement mantissas, the first lowest);
 * with config=3bit u8[9·pairs], two blocks of 12 weights in nine bytes: the 36-bit codes of an even
 * and an odd block (state, exponent + 8, four mantissas), little-endian. Output {@code w}: the
 * weights in order.
 *
 * <p>w[c] = sum · factor in one single-precision product, where sum = Σ_p q_p (V[cP+p] − 32768) is
 * an integer below 2²⁰ in magnitude, exact in single precision, V are the states after the seed,
 * and factor is 2^exponent / 32767 rounded to single precision. State 0 is no seed.
 */
public final class SeedDecode implements Kernel {
  static final String STORED = "stored";
  static final String BLOCKS = "blocks";
  static final String WEIGHTS = "weights";

  private static final Signature SIGNATURE =
      Signature.of("seedlm.decode", "weights from shift-register seeds and 4-bit coefficients")
          .in(
              "words",
              SeedFormat.FOUR_BIT.storage(),
              new Port.Alternative(
                  "config", SeedFormat.THREE_BIT.label(), SeedFormat.THREE_BIT.storage()),
              STORED)
          .out("w", ElementType.F32, WEIGHTS)
          .parameter(
              Parameter.choice(
                  "config",
                  "4bit: 8 weights in 32 bits; 3bit: 12 weights in 36 bits",
                  SeedFormat.FOUR_BIT.label(),
                  SeedFormat.THREE_BIT.label()))
          .derive(BLOCKS, sizes -> format(sizes).blocks(sizes.dim(STORED)))
          .derive(WEIGHTS, sizes -> sizes.dim(BLOCKS) * format(sizes).weights())
          .require(
              sizes ->
                  format(sizes) == SeedFormat.THREE_BIT
                          && sizes.dim(STORED) % SeedFormat.PAIR_BYTES != 0
                      ? "words has %d bytes, expected whole pairs of blocks of %d bytes each"
                          .formatted(sizes.dim(STORED), SeedFormat.PAIR_BYTES)
                      : null)
          .build();

  private final Reference reference = new SeedDecodeReference();

  static SeedFormat format(Sizes sizes) {
    return SeedFormat.of(sizes.choice("config"));
  }

  /** {@link SeedBlock#factor} in single precision for the sixteen stored exponents, in order. */
  static List<Float> factors() {
    List<Float> factors = new ArrayList<>();
    for (int e = SeedBlock.MIN_EXPONENT; e <= SeedBlock.MAX_EXPONENT; e++) {
      factors.add((float) SeedBlock.factor(e));
    }
    return factors;
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    SeedFormat format = format(sizes);
    double products = (double) sizes.dim(WEIGHTS) * format.coefficients();
    double stored = (double) sizes.dim(STORED) * format.storage().bytes();
    return new Cost(2 * products + sizes.dim(WEIGHTS), stored + 4.0 * sizes.dim(WEIGHTS));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "w",
            0,
            0x1p-23,
            "the factor and the last product round once each (2⁻²⁴); a wrong integer sum, below"
                + " 2²⁰, is off by at least 2⁻²⁰"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SeedDecodeSimd::run), Variant.Device.loops(SeedDecode::loops));
  }

  private static Program loops(Sizes sizes) {
    int blocks = sizes.extent(BLOCKS);
    Task task =
        switch (format(sizes)) {
          case FOUR_BIT ->
              new Task(
                  SeedDecodeLoops.class,
                  "decodeFourBit",
                  Grid.loops(blocks),
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedDecodeLoops::decodeFourBit,
                          args.i32("words"),
                          args.f32("w"),
                          args.dims(),
                          args.scalars()));
          case THREE_BIT ->
              new Task(
                  SeedDecodeLoops.class,
                  "decodeThreeBit",
                  Grid.loops(blocks),
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedDecodeLoops::decodeThreeBit,
                          args.bytes("words"),
                          args.f32("w"),
                          args.dims(),
                          args.scalars()));
        };
    return Program.of(task, List.of(blocks), factors());
  }

  /** Refuses blocks whose state is 0, which the register never leaves. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    format(sizes).requireSeeds(id(), inputs.get("words"));
  }
}
