package dev.squall.kernels.seedlm;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * {@code seedlm.matvec}: y = W x with W decoded as it is needed, never stored (SeedLM, section
 * 3.4).
 *
 * <p>Input {@code words} as in {@link SeedDecode}: the weights of W[M,K] row by row, M = {@code
 * rows}; {@code x} f32[K]. Output {@code y} f32[M]. The weight of integer sum S is S · 2^exponent /
 * 32767; all sums are exact on every device, what rounds is the products with x and their sum.
 */
public final class SeedMatvec implements Kernel {
  private static final Signature SIGNATURE =
      SeedMatrix.signature("seedlm.matvec", "matrix of seeds times a vector, decoded on the fly")
          .in("x", ElementType.F32, SeedMatrix.COLUMNS)
          .out("y", ElementType.F32, SeedMatrix.ROWS)
          .build();

  private final Reference reference = new SeedMatvecReference();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    SeedMatrix matrix = SeedMatrix.of(sizes);
    return new Cost(
        matrix.decodeOperations() + 2.0 * matrix.weights(),
        matrix.bytes() + Float.BYTES * (matrix.columns() + (double) matrix.rows()));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(tolerance());
  }

  /** Of every sum of weights times numbers; magnitude is the sum of the absolute products. */
  static Tolerance tolerance() {
    return Tolerance.anyEngine(
        "y",
        1e-36,
        4e-6,
        "fp32 rounding of up to 8192 products grows as a random walk, √8192 · 2⁻²⁴ of the sum of"
            + " their magnitudes in blocks of 8 or 12; 1e-36 where products are subnormal");
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SeedMatvecSimd::workspaceBytes, SeedMatvecSimd::run),
        rows(),
        Variant.Device.tiles(SeedMatvecTiles.GROUP, SeedMatvecTiles.LOCAL_BYTES, SeedMatvec::tiles),
        Variant.Device.loops(SeedMatvec::loops));
  }

  /** Tiles of eight rows, where rows consist of whole blocks of the format with 4 bits. */
  private static Variant.Device rows() {
    Variant.Device groups =
        Variant.Device.tiles(
            SeedMatvecTiles.ROWS_GROUP, SeedMatvecTiles.ROWS_LOCAL_BYTES, SeedMatvec::rowTiles);
    return new Variant.Device(
        "rows",
        (sizes, device) -> {
          SeedMatrix matrix = SeedMatrix.of(sizes);
          boolean whole =
              matrix.format() == SeedFormat.FOUR_BIT
                  && matrix.columns() % SeedFormat.FOUR_BIT.weights() == 0;
          return whole
              ? groups.supports(sizes, device)
              : Support.no("rows are not whole blocks of the 4-bit format");
        },
        groups.program());
  }

  private static Program loops(Sizes sizes) {
    SeedMatrix matrix = SeedMatrix.of(sizes);
    Grid grid = Grid.loops(sizes.extent(SeedMatrix.ROWS));
    Task task =
        switch (matrix.format()) {
          case FOUR_BIT ->
              new Task(
                  SeedMatvecLoops.class,
                  "multiplyFourBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedMatvecLoops::multiplyFourBit,
                          args.i32("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
          case THREE_BIT ->
              new Task(
                  SeedMatvecLoops.class,
                  "multiplyThreeBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedMatvecLoops::multiplyThreeBit,
                          args.bytes("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
        };
    return Program.of(task, dims(sizes), SeedDecode.factors());
  }

  private static Program tiles(Sizes sizes) {
    SeedMatrix matrix = SeedMatrix.of(sizes);
    Grid grid = Grid.groups(sizes.extent(SeedMatrix.ROWS), SeedMatvecTiles.GROUP);
    Task task =
        switch (matrix.format()) {
          case FOUR_BIT ->
              new Task(
                  SeedMatvecTiles.class,
                  "multiplyFourBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedMatvecTiles::multiplyFourBit,
                          args.context(),
                          args.i32("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
          case THREE_BIT ->
              new Task(
                  SeedMatvecTiles.class,
                  "multiplyThreeBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedMatvecTiles::multiplyThreeBit,
                          args.context(),
                          args.bytes("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
        };
    return Program.of(task, dims(sizes), SeedDecode.factors());
  }

  private static Program rowTiles(Sizes sizes) {
    Task task =
        new Task(
            SeedMatvecTiles.class,
            "multiplyFourBitRows",
            Grid.groups(
                Math.ceilDiv(sizes.extent(SeedMatrix.ROWS), SeedMatvecTiles.ROWS),
                SeedMatvecTiles.ROWS_GROUP),
            (graph, id, args) ->
                graph.task(
                    id,
                    SeedMatvecTiles::multiplyFourBitRows,
                    args.context(),
                    args.i32("words"),
                    args.f32("x"),
                    args.f32("y"),
                    args.dims(),
                    args.scalars()));
    return Program.of(task, dims(sizes), SeedDecode.factors());
  }

  private static List<Integer> dims(Sizes sizes) {
    return List.of(sizes.extent(SeedMatrix.ROWS), sizes.extent(SeedMatrix.COLUMNS));
  }

  /** Refuses numbers that are not finite, and blocks whose state is 0. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    SeedDecode.format(sizes).requireSeeds(id(), inputs.get("words"));
  }
}
