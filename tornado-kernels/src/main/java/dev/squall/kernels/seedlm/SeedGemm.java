package dev.squall.kernels.seedlm;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * {@code seedlm.gemm}: Y = X Wᵀ with W decoded a tile at a time, for the many tokens of a prefill.
 *
 * <p>Input {@code words} as in {@link SeedDecode}: the weights of W[M,K] row by row, M = {@code
 * rows}; {@code x} f32[L,K], a row a token. Output {@code y} f32[L,M]. Weights as in {@link
 * SeedMatvec}.
 */
public final class SeedGemm implements Kernel {
  static final String TOKENS = "L";

  private static final Signature SIGNATURE =
      SeedMatrix.signature("seedlm.gemm", "tokens times a matrix of seeds, decoded on the fly")
          .in("x", ElementType.F32, TOKENS, SeedMatrix.COLUMNS)
          .out("y", ElementType.F32, TOKENS, SeedMatrix.ROWS)
          .build();

  private final Reference reference = new SeedGemmReference();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    SeedMatrix matrix = SeedMatrix.of(sizes);
    double tokens = sizes.dim(TOKENS);
    return new Cost(
        matrix.decodeOperations() + 2 * tokens * matrix.weights(),
        matrix.bytes() + Float.BYTES * tokens * (matrix.columns() + matrix.rows()));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(SeedMatvec.tolerance());
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SeedGemmSimd::workspaceBytes, SeedGemmSimd::run),
        Variant.Device.tiles(SeedGemmTiles.GROUP, SeedGemmTiles.LOCAL_BYTES, SeedGemm::tiles),
        Variant.Device.loops(SeedGemm::loops));
  }

  private static Program loops(Sizes sizes) {
    SeedMatrix matrix = SeedMatrix.of(sizes);
    Grid grid = Grid.loops(tokenGroups(sizes), sizes.extent(SeedMatrix.ROWS));
    Task task =
        switch (matrix.format()) {
          case FOUR_BIT ->
              new Task(
                  SeedGemmLoops.class,
                  "multiplyFourBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedGemmLoops::multiplyFourBit,
                          args.i32("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
          case THREE_BIT ->
              new Task(
                  SeedGemmLoops.class,
                  "multiplyThreeBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedGemmLoops::multiplyThreeBit,
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
    Grid grid =
        Grid.groups(
            Math.ceilDiv(sizes.extent(SeedMatrix.ROWS), SeedGemmTiles.SIDE),
            Math.ceilDiv(sizes.extent(TOKENS), SeedGemmTiles.SIDE),
            SeedGemmTiles.GROUP);
    Task task =
        switch (matrix.format()) {
          case FOUR_BIT ->
              new Task(
                  SeedGemmTiles.class,
                  "multiplyFourBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedGemmTiles::multiplyFourBit,
                          args.context(),
                          args.i32("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
          case THREE_BIT ->
              new Task(
                  SeedGemmTiles.class,
                  "multiplyThreeBit",
                  grid,
                  (graph, id, args) ->
                      graph.task(
                          id,
                          SeedGemmTiles::multiplyThreeBit,
                          args.context(),
                          args.bytes("words"),
                          args.f32("x"),
                          args.f32("y"),
                          args.dims(),
                          args.scalars()));
        };
    return Program.of(task, dims(sizes), SeedDecode.factors());
  }

  private static int tokenGroups(Sizes sizes) {
    return Math.ceilDiv(sizes.extent(TOKENS), SeedGemmLoops.TOKENS);
  }

  private static List<Integer> dims(Sizes sizes) {
    return List.of(
        sizes.extent(SeedMatrix.ROWS),
        sizes.extent(SeedMatrix.COLUMNS),
        sizes.extent(TOKENS),
        tokenGroups(sizes));
  }

  /** Refuses numbers that are not finite, and blocks whose state is 0. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    SeedDecode.format(sizes).requireSeeds(id(), inputs.get("words"));
  }
}
