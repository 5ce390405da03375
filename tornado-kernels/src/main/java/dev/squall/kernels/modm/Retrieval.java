package dev.squall.kernels.modm;

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
import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;

/**
 * {@code modm.retrieve}: for each query the most similar row of a cache, by exhaustive search
 * (MoDM, section 4).
 *
 * <p>In: query f32[b,E], cache f32[M,E], rows of length one. Out: index i32[b], similarity f32[b]:
 * the largest cosine and the row that has it, the lowest of several. Negative cosines stay as they
 * are: the scheduler clamps them.
 */
public final class Retrieval implements Kernel {
  private static final String BEST = "chunk_best";
  private static final String INDEX = "chunk_index";

  private static final Signature SIGNATURE =
      Signature.of("modm.retrieve", "most similar row of a cache of embeddings")
          .in("query", ElementType.F32, "b", "E")
          .in("cache", ElementType.F32, "M", "E")
          .out("index", ElementType.I32, "b")
          .out("similarity", ElementType.F32, "b")
          .require(
              sizes ->
                  sizes.dim("M") > Integer.MAX_VALUE
                      ? "M = %d rows are beyond the range of index".formatted(sizes.dim("M"))
                      : null)
          .build();

  private final Reference reference = new RetrievalReference();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    double width = sizes.dim("E");
    double queries = sizes.dim("b");
    double rows = sizes.dim("M");
    return new Cost(
        2 * queries * rows * width,
        Float.BYTES * ((queries + rows) * width + queries) + Integer.BYTES * queries);
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.exact("index"),
        Tolerance.anyEngine(
            "similarity",
            0,
            RetrievalReference.ROUNDING,
            "sums of 32 products and of E / 32 such sums: (32 + E / 32) · 2⁻²⁴ at most"));
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    UnitRows.require(id(), "query", inputs.get("query"));
    UnitRows.require(id(), "cache", inputs.get("cache"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", RetrievalSimd::workspaceBytes, RetrievalSimd::run),
        indexed(
            "wide",
            RetrievalWideTiles.CHUNK,
            Variant.Device.tiles(
                    RetrievalWideTiles.GROUP, RetrievalWideTiles.LOCAL_BYTES, Retrieval::wide)
                .needing(RetrievalWideTiles.REGISTERS)),
        indexed(
            "tiles",
            0,
            Variant.Device.tiles(
                RetrievalTiles.GROUP, RetrievalTiles.LOCAL_BYTES, Retrieval::tiles)),
        indexed("loops", 0, Variant.Device.loops(Retrieval::loops)));
  }

  /**
   * A variant whose indices are int.
   *
   * @param beyond rows after the last whose indices it computes
   */
  private static Variant.Device indexed(String name, int beyond, Variant.Device form) {
    return new Variant.Device(
        name,
        (sizes, device) -> {
          Support fits = form.supports(sizes, device);
          return fits.supported() ? indexable(sizes, beyond) : fits;
        },
        form.program(),
        form.registers());
  }

  private static Support indexable(Sizes sizes, int beyond) {
    long longest = Math.max(sizes.dim("M") + beyond, sizes.dim("b"));
    return Support.when(
        longest <= Integer.MAX_VALUE / sizes.dim("E"),
        "a buffer of %d × %d elements is beyond int indices".formatted(longest, sizes.dim("E")));
  }

  private static Program loops(Sizes sizes) {
    int chunks = Math.ceilDiv(sizes.extent("M"), RetrievalLoops.CHUNK);
    Task search =
        new Task(
            RetrievalLoops.class,
            "searchChunks",
            Grid.loops(chunks, sizes.extent("b")),
            (graph, id, args) ->
                graph.task(
                    id,
                    RetrievalLoops::searchChunks,
                    args.f32("query"),
                    args.f32("cache"),
                    args.f32(BEST),
                    args.i32(INDEX),
                    args.dims()));
    Task choose =
        new Task(
            RetrievalLoops.class,
            "chooseChunks",
            Grid.loops(sizes.extent("b")),
            (graph, id, args) ->
                graph.task(
                    id,
                    RetrievalLoops::chooseChunks,
                    args.f32(BEST),
                    args.i32(INDEX),
                    args.i32("index"),
                    args.f32("similarity"),
                    args.dims()));
    return program(sizes, search, choose, chunks);
  }

  private static Program wide(Sizes sizes) {
    int chunks = Math.ceilDiv(sizes.extent("M"), RetrievalWideTiles.CHUNK);
    Task search =
        new Task(
            RetrievalWideTiles.class,
            "searchWide",
            Grid.groups(
                chunks,
                Math.ceilDiv(sizes.extent("b"), RetrievalWideTiles.QUERIES),
                RetrievalWideTiles.GROUP),
            (graph, id, args) ->
                graph.task(
                    id,
                    RetrievalWideTiles::searchWide,
                    args.context(),
                    args.f32("query"),
                    args.f32("cache"),
                    args.f32(BEST),
                    args.i32(INDEX),
                    args.dims()));
    return program(sizes, search, chooseByGroups(sizes), chunks);
  }

  private static Program tiles(Sizes sizes) {
    int chunks = Math.ceilDiv(sizes.extent("M"), RetrievalTiles.CHUNK);
    Task search =
        new Task(
            RetrievalTiles.class,
            "searchTiles",
            Grid.groups(
                chunks,
                Math.ceilDiv(sizes.extent("b"), RetrievalTiles.QUERIES),
                RetrievalTiles.GROUP),
            (graph, id, args) ->
                graph.task(
                    id,
                    RetrievalTiles::searchTiles,
                    args.context(),
                    args.f32("query"),
                    args.f32("cache"),
                    args.f32(BEST),
                    args.i32(INDEX),
                    args.dims()));
    return program(sizes, search, chooseByGroups(sizes), chunks);
  }

  private static Task chooseByGroups(Sizes sizes) {
    return new Task(
        RetrievalTiles.class,
        "chooseBest",
        Grid.groups(sizes.extent("b"), RetrievalTiles.GROUP),
        (graph, id, args) ->
            graph.task(
                id,
                RetrievalTiles::chooseBest,
                args.context(),
                args.f32(BEST),
                args.i32(INDEX),
                args.i32("index"),
                args.f32("similarity"),
                args.dims()));
  }

  /** The search within chunks of rows, then the best of the chunks. */
  private static Program program(Sizes sizes, Task search, Task choose, int chunks) {
    List<Long> shape = List.of(sizes.dim("b"), (long) chunks);
    return new Program(
        List.of(search, choose),
        Map.of(
            BEST, new TensorType(ElementType.F32, shape),
            INDEX, new TensorType(ElementType.I32, shape)),
        List.of(sizes.extent("b"), sizes.extent("M"), sizes.extent("E"), chunks),
        List.of());
  }
}
