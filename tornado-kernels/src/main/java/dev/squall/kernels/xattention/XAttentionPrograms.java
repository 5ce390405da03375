package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The device kernels of this family as tasks on arrays named after the ports. */
final class XAttentionPrograms {
  static final String ROW_MAXIMUM = "row_maximum";
  static final String ROW_FACTOR = "row_factor";
  static final String ROW_PAIRS = "row_pairs";

  private static final String QUERY_PANELS = "query_panels";
  private static final String KEY_PANELS = "key_panels";
  private static final String HALF_QUERIES = "half_queries";
  private static final String HALF_KEYS = "half_keys";

  private XAttentionPrograms() {}

  static Task scoresLoops(Groups groups) {
    return scoresLoops(groups, groups.shape().heads());
  }

  /**
   * @param scored heads, or twice the heads for log-mean-exp scores from half of the pairs too
   */
  static Task scoresLoops(Groups groups, int scored) {
    int count = groups.count();
    Grid grid = Grid.loops(count, count, scored);
    return switch (groups.estimate()) {
      case MEAN ->
          new Task(
              AntidiagonalScoresLoops.class,
              "meanScores",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresLoops::meanScores,
                      arguments.f32("q"),
                      arguments.f32("k"),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
      case LOG_MEAN_EXP ->
          new Task(
              AntidiagonalScoresLoops.class,
              "logMeanExpScores",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresLoops::logMeanExpScores,
                      arguments.f32("q"),
                      arguments.f32("k"),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
    };
  }

  /** Mean scores alone. */
  static Task scoresWide(Groups groups) {
    int tiles = Math.ceilDiv(groups.count(), AntidiagonalScoresWideTiles.TILE);
    return new Task(
        AntidiagonalScoresWideTiles.class,
        "meanWide",
        Grid.groups(tiles, tiles * groups.shape().heads(), AntidiagonalScoresWideTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                AntidiagonalScoresWideTiles::meanWide,
                arguments.context(),
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.f32("scores"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** Mean scores alone, in half precision; needs {@link #halfScratch}. */
  static List<Task> scoresTensorCores(Groups groups) {
    AttentionShape shape = groups.shape();
    int rowTiles = Math.ceilDiv(groups.count(), AntidiagonalScoresTensorCores.ROWS);
    int rows = rowTiles * AntidiagonalScoresTensorCores.ROWS * groups.stride();
    int words = shape.headSize() / 4;
    Task queries =
        new Task(
            HalfGroupsLoops.class,
            "packQueries",
            Grid.loops(words, rows, shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    HalfGroupsLoops::packQueries,
                    arguments.f32("q"),
                    arguments.i64(HALF_QUERIES),
                    arguments.dims()));
    Task keys =
        new Task(
            HalfGroupsLoops.class,
            "packKeys",
            Grid.loops(words, rows, shape.keyHeads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    HalfGroupsLoops::packKeys,
                    arguments.f32("k"),
                    arguments.i64(HALF_KEYS),
                    arguments.dims()));
    int columnTiles = Math.ceilDiv(groups.count(), AntidiagonalScoresTensorCores.COLUMNS);
    Task scores =
        new Task(
            AntidiagonalScoresTensorCores.class,
            "mean",
            Grid.groups(columnTiles, rowTiles * shape.heads(), AntidiagonalScoresTensorCores.ITEMS),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    AntidiagonalScoresTensorCores::mean,
                    arguments.context(),
                    arguments.i64(HALF_QUERIES),
                    arguments.i64(HALF_KEYS),
                    arguments.f32("scores"),
                    arguments.dims(),
                    arguments.scalars()));
    return List.of(queries, keys, scores);
  }

  static Map<String, TensorType> halfScratch(Sizes sizes) {
    return Map.of(
        HALF_QUERIES, halfGroups(sizes, sizes.dim("H")),
        HALF_KEYS, halfGroups(sizes, sizes.dim("Hk")));
  }

  private static TensorType halfGroups(Sizes sizes, long heads) {
    long rows = AntidiagonalScoresTensorCores.ROWS;
    long filled = Math.ceilDiv(sizes.dim("G"), rows) * rows * sizes.integer("stride");
    return new TensorType(ElementType.I64, List.of(heads, filled, sizes.dim("D") / 4));
  }

  static Task scoresTiles(Groups groups) {
    return scoresTiles(groups, groups.shape().heads());
  }

  /** As {@link #scoresLoops(Groups, int)}. */
  static Task scoresTiles(Groups groups, int scored) {
    int tiles = Math.ceilDiv(groups.count(), AntidiagonalScoresTiles.TILE);
    Grid grid = Grid.groups(tiles, tiles * scored, AntidiagonalScoresTiles.ITEMS);
    return switch (groups.estimate()) {
      case MEAN ->
          new Task(
              AntidiagonalScoresTiles.class,
              "meanTiles",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresTiles::meanTiles,
                      arguments.context(),
                      arguments.f32("q"),
                      arguments.f32("k"),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
      case LOG_MEAN_EXP ->
          new Task(
              AntidiagonalScoresTiles.class,
              "logMeanExpTiles",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresTiles::logMeanExpTiles,
                      arguments.context(),
                      arguments.f32("q"),
                      arguments.f32("k"),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
    };
  }

  /** Scores in vector lanes: panels, then tiles of them; needs {@link #panelScratch}. */
  static List<Task> scoresRows(Groups groups) {
    AttentionShape shape = groups.shape();
    Task queries =
        new Task(
            GroupPanelsLoops.class,
            "packQueries",
            Grid.loops(groups.count(), shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    GroupPanelsLoops::packQueries,
                    arguments.f32("q"),
                    arguments.f32(QUERY_PANELS),
                    arguments.dims()));
    Task keys =
        new Task(
            GroupPanelsLoops.class,
            "packKeys",
            Grid.loops(groups.count(), shape.keyHeads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    GroupPanelsLoops::packKeys,
                    arguments.f32("k"),
                    arguments.f32(KEY_PANELS),
                    arguments.dims()));
    return List.of(queries, keys, rowTiles(groups));
  }

  private static Task rowTiles(Groups groups) {
    int tiles = Math.ceilDiv(groups.count(), AntidiagonalScoresRowTiles.TILE);
    Grid grid = Grid.groups(tiles, tiles * groups.shape().heads(), AntidiagonalScoresRowTiles.TILE);
    return switch (groups.estimate()) {
      case MEAN ->
          new Task(
              AntidiagonalScoresRowTiles.class,
              "meanRows",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresRowTiles::meanRows,
                      arguments.context(),
                      arguments.f32(QUERY_PANELS),
                      arguments.f32(KEY_PANELS),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
      case LOG_MEAN_EXP ->
          new Task(
              AntidiagonalScoresRowTiles.class,
              "logMeanExpRows",
              grid,
              (graph, id, arguments) ->
                  graph.task(
                      id,
                      AntidiagonalScoresRowTiles::logMeanExpRows,
                      arguments.context(),
                      arguments.f32("q"),
                      arguments.f32("k"),
                      arguments.f32(QUERY_PANELS),
                      arguments.f32(KEY_PANELS),
                      arguments.f32("scores"),
                      arguments.dims(),
                      arguments.scalars()));
    };
  }

  static Map<String, TensorType> panelScratch(Sizes sizes) {
    return Map.of(
        QUERY_PANELS, panels(sizes, sizes.dim("H")), KEY_PANELS, panels(sizes, sizes.dim("Hk")));
  }

  private static TensorType panels(Sizes sizes, long heads) {
    long tile = AntidiagonalScoresRowTiles.TILE;
    long tiles = Math.ceilDiv(sizes.dim("G"), tile);
    long stride = sizes.integer("stride");
    return new TensorType(ElementType.F32, List.of(heads, tiles, stride, sizes.dim("D"), tile));
  }

  /** Maximum and factor of each row's softmax; needs {@link #rowScratch}. */
  static Task massRowsLoops(Sizes sizes) {
    return new Task(
        BlockMassLoops.class,
        "softmaxRows",
        Grid.loops(sizes.extent("G"), scoredHeads(sizes)),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockMassLoops::softmaxRows,
                arguments.f32("scores"),
                arguments.f32(ROW_MAXIMUM),
                arguments.f32(ROW_FACTOR),
                arguments.dims()));
  }

  static Task massBlocksLoops(Sizes sizes) {
    int blocks = sizes.extent("NB");
    return new Task(
        BlockMassLoops.class,
        "blockSums",
        Grid.loops(blocks, blocks, scoredHeads(sizes)),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockMassLoops::blockSums,
                arguments.f32("scores"),
                arguments.f32(ROW_MAXIMUM),
                arguments.f32(ROW_FACTOR),
                arguments.f32("mass"),
                arguments.dims()));
  }

  static Map<String, TensorType> rowScratch(Sizes sizes) {
    TensorType rows =
        new TensorType(ElementType.F32, List.of((long) scoredHeads(sizes), sizes.dim("G")));
    return Map.of(ROW_MAXIMUM, rows, ROW_FACTOR, rows);
  }

  static Task massTiles(Sizes sizes) {
    return new Task(
        BlockMassTiles.class,
        "blockRow",
        Grid.groups(sizes.extent("NB"), scoredHeads(sizes), BlockMassTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockMassTiles::blockRow,
                arguments.context(),
                arguments.f32("scores"),
                arguments.f32("mass"),
                arguments.dims()));
  }

  /** The masses of the heads that share a mask, summed for each of them. */
  static Task shareLoops(Sizes sizes, String shared) {
    int blocks = sizes.extent("NB");
    return new Task(
        BlockSelectionLoops.class,
        "shareMasses",
        Grid.loops(blocks, blocks, scoredHeads(sizes)),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockSelectionLoops::shareMasses,
                arguments.f32("mass"),
                arguments.f32(shared),
                arguments.dims()));
  }

  /** Reads thresholds, or an array of that name that stands in; see {@link #selectScratch}. */
  static Task selectLoops(Sizes sizes, String mass) {
    return new Task(
        BlockSelectionLoops.class,
        "selectBlocks",
        Grid.loops(maskRows(sizes), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockSelectionLoops::selectBlocks,
                arguments.f32(mass),
                arguments.f32("thresholds"),
                arguments.bytes("mask"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** As {@link #selectLoops}, for rows of few enough blocks: {@link #selectTilesFit}. */
  static Task selectTiles(Sizes sizes, String mass) {
    return new Task(
        BlockSelectionTiles.class,
        "selectRow",
        Grid.groups(maskRows(sizes), sizes.extent("H"), BlockSelectionTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                BlockSelectionTiles::selectRow,
                arguments.context(),
                arguments.f32(mass),
                arguments.f32("thresholds"),
                arguments.bytes("mask"),
                arguments.dims(),
                arguments.scalars()));
  }

  static Support selectTilesFit(Sizes sizes, DeviceTraits device) {
    long blocks = sizes.dim("NB");
    return blocks <= BlockSelectionTiles.LARGEST_ROW
        ? DeviceLimits.workGroups(
            device, BlockSelectionTiles.ITEMS, BlockSelectionTiles.LOCAL_BYTES)
        : Support.no(
            "%d blocks of a row are more than the %d of a group's local memory"
                .formatted(blocks, BlockSelectionTiles.LARGEST_ROW));
  }

  private static int maskRows(Sizes sizes) {
    return sizes.extent(sizes.has("QB") ? "QB" : "NB");
  }

  static Map<String, TensorType> selectScratch(Sizes sizes) {
    return sizes.given("thresholds")
        ? Map.of()
        : Map.of("thresholds", new TensorType(ElementType.F32, List.of(1L)));
  }

  static Task rowPairsLoops(Sizes sizes) {
    return new Task(
        KeptPairsLoops.class,
        "rowPairs",
        Grid.loops(maskRows(sizes), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                KeptPairsLoops::rowPairs,
                arguments.bytes("mask"),
                arguments.f32(ROW_PAIRS),
                arguments.dims()));
  }

  static Task densityLoops(Sizes sizes) {
    return new Task(
        KeptPairsLoops.class,
        "headDensity",
        Grid.loops(sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                KeptPairsLoops::headDensity,
                arguments.f32(ROW_PAIRS),
                arguments.f32("density"),
                arguments.dims()));
  }

  /** A program without scratch. */
  static Program of(Sizes sizes, Task... tasks) {
    return of(sizes, Map.of(), tasks);
  }

  static Program of(Sizes sizes, Map<String, TensorType> scratch, Task... tasks) {
    return new Program(List.of(tasks), scratch, dims(sizes), scalars(sizes));
  }

  /** As above, with attention by an index of spans. */
  static Program indexed(Sizes sizes, Map<String, TensorType> scratch, Task... tasks) {
    List<Integer> dims = new ArrayList<>(dims(sizes));
    dims.set(Layout.DECIDES, 2);
    return new Program(List.of(tasks), scratch, dims, scalars(sizes));
  }

  /** All that a signature of this family may have; see {@link Layout}. */
  private static List<Integer> dims(Sizes sizes) {
    int block = integer(sizes, "block");
    int stride = integer(sizes, "stride");
    List<Integer> dims =
        new ArrayList<>(
            List.of(
                sizes.extent("H"),
                extent(sizes, "Hk"),
                extent(sizes, "L"),
                extent(sizes, "D"),
                causal(sizes) ? 1 : 0,
                1,
                block,
                extent(sizes, "NB"),
                extent(sizes, sizes.has("Q") ? "Q" : "L"),
                stride,
                extent(sizes, "G"),
                stride > 0 ? block / stride : 0,
                sizes.given("thresholds") ? 1 : 0,
                firstDenseRow(sizes),
                sizes.has("Q") ? SparsePrefill.firstRow(sizes) : 0,
                integer(sizes, "local"),
                sizes.parameters().containsKey("mask_sharing")
                    ? SparsePrefill.headsOfMask(sizes)
                    : 1,
                scoredHeads(sizes)));
    if (sizes.parameters().containsKey("scale")) {
      Phases phases = Phases.of(sizes);
      dims.add(phases.keys());
      for (int query : phases.queries(stride)) {
        dims.add(query);
      }
    }
    return dims;
  }

  /** A kernel without the parameter is causal. */
  private static boolean causal(Sizes sizes) {
    return !sizes.parameters().containsKey("causal") || sizes.flag("causal");
  }

  private static int firstDenseRow(Sizes sizes) {
    return sizes.parameters().containsKey("dense_tail")
        ? SparsePrefill.firstDenseRow(sizes)
        : extent(sizes, "NB");
  }

  private static List<Float> scalars(Sizes sizes) {
    boolean scaled = sizes.parameters().containsKey("scale");
    boolean selecting = sizes.parameters().containsKey("threshold");
    return List.of(
        scaled ? AttentionShape.scale(sizes) : 0f,
        Float.NEGATIVE_INFINITY,
        selecting ? (float) sizes.real("threshold") : 0f,
        (float) margin(sizes));
  }

  private static double margin(Sizes sizes) {
    return sizes.parameters().containsKey("margin") ? SparsePrefill.margin(sizes) : 0;
  }

  /** Heads, and with a margin the same again from half of the samples. */
  static int scoredHeads(Sizes sizes) {
    return sizes.extent("H") * (margin(sizes) > 0 ? 2 : 1);
  }

  private static int extent(Sizes sizes, String symbol) {
    return sizes.has(symbol) ? sizes.extent(symbol) : 0;
  }

  private static int integer(Sizes sizes, String parameter) {
    return sizes.parameters().containsKey(parameter) ? sizes.integer(parameter) : 0;
  }
}
