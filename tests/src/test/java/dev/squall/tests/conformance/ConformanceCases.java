package dev.squall.tests.conformance;

import static dev.squall.tests.conformance.ConformanceCase.of;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import java.util.List;
import java.util.stream.Stream;

/**
 * The one case list: for each kernel a typical call first, then sizes that no tile, vector or block
 * divides, every parameter, and values at the edges of what inputs may hold. All are small enough
 * to be compared with the reference whole.
 */
final class ConformanceCases {
  /** Names one case, as reproducers print it, that shall run alone. */
  static final String SELECTED = "squall.case";

  /**
   * Below the smallest normal float, 1.2e-38: a factor that makes values of order one subnormal.
   */
  private static final double SUBNORMAL = 1e-40;

  /** The square of what it makes overflows, the values and sums of a few do not. */
  private static final double HUGE = 1e30;

  private static final double TINY = 1e-30;

  private static final List<ConformanceCase> ALL =
      Stream.of(
              denseAttention(),
              sparseAttention(),
              scores(),
              masses(),
              selection(),
              prefill(),
              groupPrefill(),
              gridSearch(),
              grid(),
              verticalSlash(),
              flexPrefill(),
              blockTopk(),
              boundary(),
              quest(),
              snapKv("frontier.snapkv"),
              snapKv("frontier.ada_snapkv"),
              adaSnapKv(),
              scan(),
              bidirectionalScan(),
              crossScan(),
              stateSpaceDual(),
              convolution(),
              quantizer(),
              linear(),
              quantizedScan(),
              decoder(),
              retrieval(),
              seedMatvec(),
              seedGemm(),
              seedSearch())
          .flatMap(cases -> cases)
          .toList();

  private ConformanceCases() {}

  /** The cases of the kernels in the catalog, or the one that the property asks for. */
  static List<ConformanceCase> selected(KernelCatalog catalog) {
    List<String> ids = catalog.kernels().stream().map(Kernel::id).toList();
    String wanted = System.getProperty(SELECTED);
    List<ConformanceCase> chosen =
        ALL.stream()
            .filter(one -> ids.contains(one.kernel()))
            .filter(one -> wanted == null || one.toString().equals(wanted))
            .toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException("no case " + wanted + " of the kernels " + ids);
    }
    return chosen;
  }

  static List<ConformanceCase> all() {
    return ALL;
  }

  static List<ConformanceCase> casesOf(Kernel kernel) {
    return ALL.stream().filter(one -> one.kernel().equals(kernel.id())).toList();
  }

  private static Stream<ConformanceCase> denseAttention() {
    String id = "attention.dense";
    return Stream.of(
        of(id, "H=2,Hk=1,L=37,D=16"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=2,D=3"),
        of(id, "H=3,L=31,D=7", "causal=false"),
        of(id, "H=6,Hk=2,L=33,D=17"),
        of(id, "H=1,L=127,D=5"),
        of(id, "H=1,L=129,D=64", "causal=false"),
        of(id, "H=2,Hk=1,L=65,D=128"),
        of(id, "H=1,L=19,D=129"),
        of(id, "H=4,Hk=4,L=16,D=32", "scale=0.03125"),
        // All keys weigh the same.
        of(id, "H=1,L=23,D=8").constant("q", 0),
        of(id, "H=1,L=23,D=8").constant("q", 1).constant("k", 1).constant("v", -0.25),
        of(id, "H=1,L=23,D=8", "causal=false").constant("v", 0),
        of(id, "H=1,L=23,D=8").scaled("v", HUGE),
        of(id, "H=1,L=23,D=8").scaled("q", HUGE).scaled("k", TINY),
        // One key takes all.
        of(id, "H=1,L=23,D=8").scaled("q", 1e4),
        of(id, "H=1,L=23,D=8").scaled("q", SUBNORMAL),
        of(id, "H=1,L=23,D=8").scaled("v", SUBNORMAL));
  }

  private static Stream<ConformanceCase> sparseAttention() {
    String id = "attention.block_sparse";
    return Stream.of(
        of(id, "H=2,Hk=1,L=67,D=16", "block=16"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=37,D=4"),
        of(id, "H=1,L=127,D=8"),
        of(id, "H=1,L=129,D=8", "causal=false"),
        of(id, "H=3,L=31,D=7", "block=1"),
        of(id, "H=6,Hk=3,L=50,D=33", "block=7", "causal=false"),
        of(id, "H=2,Hk=2,L=97,D=20", "block=32").density(0.7),
        of(id, "H=2,Hk=1,L=200,D=64", "block=64").density(0.5),
        of(id, "H=1,L=150,D=64", "causal=false").constant("mask", 0),
        of(id, "H=1,L=64,D=16", "block=16").density(0),
        of(id, "H=1,L=64,D=16", "block=16", "scale=0.5").density(1),
        of(id, "H=2,L=40,D=8", "block=16").constant("mask", 0),
        of(id, "H=1,L=33,D=8", "block=16").scaled("v", HUGE),
        of(id, "H=1,L=33,D=8", "block=16").scaled("q", 1e4),
        of(id, "H=1,L=33,D=8", "block=16").constant("q", 0).constant("v", 1),
        of(id, "H=1,L=33,D=8", "block=16").scaled("v", SUBNORMAL));
  }

  private static Stream<ConformanceCase> scores() {
    String id = "xattention.scores";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=8,D=3"),
        of(id, "H=1,L=7,D=5", "estimate=logmeanexp"),
        of(id, "H=1,L=9,D=5", "estimate=logmeanexp"),
        of(id, "H=3,L=61,D=17", "stride=1"),
        of(id, "H=3,L=61,D=17", "stride=3", "estimate=logmeanexp"),
        of(id, "H=4,Hk=2,L=257,D=33", "stride=16", "estimate=logmeanexp"),
        of(id, "H=1,L=255,D=64", "stride=4", "causal=false"),
        of(id, "H=1,L=100,D=8", "stride=64", "causal=false", "estimate=logmeanexp"),
        of(id, "H=1,L=100,D=8", "stride=1024"),
        of(id, "H=2,L=131,D=17", "stride=4", "phases=diagonal"),
        of(id, "H=1,L=131,D=8", "stride=64", "phases=random"),
        of(id, "H=1,L=131,D=8", "stride=16", "phases=double", "causal=false"),
        of(id, "H=1,L=97,D=8", "phases=triple"),
        of(id, "H=1,L=40,D=8", "scale=2"),
        of(id, "H=1,L=40,D=8").constant("q", 0),
        of(id, "H=1,L=40,D=8", "estimate=logmeanexp").constant("q", 1).constant("k", -1),
        of(id, "H=1,L=40,D=8").scaled("q", HUGE).scaled("k", TINY),
        of(id, "H=1,L=40,D=8", "estimate=logmeanexp").scaled("q", 1e4),
        of(id, "H=1,L=40,D=8").scaled("q", SUBNORMAL));
  }

  private static Stream<ConformanceCase> masses() {
    String id = "xattention.block_mass";
    return Stream.of(
        of(id, "H=2,G=67"),
        of(id, "H=1,G=1"),
        of(id, "H=1,G=16"),
        of(id, "H=1,G=17", "causal=false"),
        of(id, "H=3,G=31", "block=8"),
        of(id, "H=2,G=33", "stride=3", "block=21"),
        of(id, "H=1,G=129", "stride=4", "block=256"),
        of(id, "H=1,G=130", "stride=1", "block=128", "causal=false"),
        of(id, "H=1,G=20", "block=65536"),
        of(id, "H=1,G=20", "block=32").constant("scores", 0),
        of(id, "H=1,G=20", "block=32", "causal=false").constant("scores", -HUGE),
        of(id, "H=1,G=20", "block=32").scaled("scores", 100),
        of(id, "H=1,G=20", "block=32").scaled("scores", SUBNORMAL));
  }

  private static Stream<ConformanceCase> selection() {
    String id = "xattention.select";
    return Stream.of(
        of(id, "H=3,NB=31"),
        of(id, "H=1,NB=1"),
        of(id, "H=1,NB=2", "causal=false"),
        of(id, "H=2,NB=65", "threshold=0.5"),
        of(id, "H=2,NB=64", "causal=false", "threshold=0.99"),
        of(id, "H=1,NB=17", "threshold=1"),
        of(id, "H=1,NB=17", "threshold=0.001"),
        of(id, "H=6,NB=19").optional(OptionalInputs.ALL),
        of(id, "H=6,NB=19", "causal=false").optional(OptionalInputs.ALL),
        // Ties, with sums that are exact.
        of(id, "H=1,NB=16", "threshold=0.5", "causal=false").constant("mass", 0.25),
        of(id, "H=1,NB=16", "threshold=0.5").constant("mass", 0.25),
        of(id, "H=1,NB=9").constant("mass", 0),
        of(id, "H=1,NB=9", "threshold=0.5").scaled("mass", HUGE));
  }

  private static Stream<ConformanceCase> prefill() {
    String id = "xattention.prefill";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "block=32", "threshold=0.8"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=127,D=8", "causal=false"),
        of(id, "H=1,L=129,D=8"),
        of(id, "H=4,Hk=2,L=97,D=33", "block=16", "stride=4", "threshold=0.5"),
        of(id, "H=3,L=61,D=17", "block=7", "stride=7", "estimate=mean"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=1"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.01", "dense_tail=17"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.01", "dense_passes=5", "pass=4"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.5", "dense_passes=5", "pass=5"),
        of(id, "H=2,L=97,D=8", "block=16", "estimate=mean", "phases=diagonal"),
        of(id, "H=6,Hk=2,L=131,D=9", "block=16", "threshold=0.6", "mask_sharing=group"),
        of(id, "H=2,L=97,D=8", "block=16", "threshold=0.6", "margin=0.1"),
        of(id, "H=4,Hk=2,Q=50,L=131,D=8", "block=15", "stride=5", "mask_sharing=group", "margin=1"),
        // Masks of key heads and margins in blocks and groups that tiles take.
        of(id, "H=6,Hk=2,L=331,D=9", "block=64", "threshold=0.5", "mask_sharing=group")
            .optional(OptionalInputs.ALL),
        of(id, "H=2,L=333,D=12", "block=64", "stride=4", "threshold=0.5", "margin=0.3"),
        of(id, "H=1,L=259,D=8", "block=64", "stride=2", "margin=0.5", "causal=false"),
        of(id, "H=4,Hk=2,L=330,D=8", "block=64", "stride=4", "mask_sharing=group", "margin=1"),
        // Chunks behind a prefix.
        of(id, "H=2,Hk=1,Q=50,L=131,D=16", "block=16", "threshold=0.6"),
        of(id, "H=1,Q=1,L=64,D=8", "block=16", "threshold=0.5"),
        of(id, "H=3,Q=96,L=97,D=7", "block=16", "stride=4", "estimate=mean", "causal=false"),
        of(id, "H=4,L=75,D=8", "block=16").optional(OptionalInputs.ALL),
        of(id, "H=4,L=75,D=8", "block=16", "causal=false").optional(OptionalInputs.ALL),
        of(id, "H=1,L=50,D=8", "block=16").scaled("v", HUGE),
        of(id, "H=1,L=50,D=8", "block=16").constant("q", 0));
  }

  private static Stream<ConformanceCase> groupPrefill() {
    String id = "xattention.group_prefill";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "block=32", "threshold=0.6", "local=8"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=129,D=8"),
        of(id, "H=4,Hk=2,L=97,D=33", "block=16", "stride=4", "threshold=0.5", "local=0"),
        of(id, "H=3,L=61,D=17", "block=7", "stride=7", "estimate=mean", "local=3"),
        of(id, "H=2,L=75,D=8", "block=8", "stride=1", "threshold=0.4", "local=5"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=1"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.01", "local=0", "dense_tail=17"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.01", "dense_passes=5", "pass=4"),
        of(id, "H=1,L=80,D=16", "block=16", "threshold=0.5", "dense_passes=5", "pass=5"),
        // Chunks behind a prefix.
        of(id, "H=2,Hk=1,Q=50,L=131,D=16", "block=16", "threshold=0.6", "local=4"),
        of(id, "H=1,Q=1,L=64,D=8", "block=16", "threshold=0.5", "local=0"),
        of(id, "H=3,Q=96,L=97,D=7", "block=16", "stride=4", "estimate=mean", "local=7"),
        of(id, "H=4,L=75,D=8", "block=16", "local=2").optional(OptionalInputs.ALL),
        of(id, "H=1,L=50,D=8", "block=16", "scale=0.3").scaled("v", HUGE),
        of(id, "H=1,L=50,D=8", "block=16").constant("q", 0));
  }

  private static Stream<ConformanceCase> gridSearch() {
    String id = "mminference.grid_search";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=63,D=3", "strides=1"),
        of(id, "H=6,Hk=3,L=97,D=33", "strides=3,5,7,100"),
        of(id, "H=1,L=129,D=64", "last_queries=1"),
        of(id, "H=3,L=65,D=17", "last_queries=1000", "scale=0.5"),
        of(id, "H=1,L=40,D=8", "strides=7,9").constant("q", 0),
        of(id, "H=1,L=40,D=8").scaled("q", 1e3),
        of(id, "H=1,L=41,D=8", "strides=4,6").scaled("q", SUBNORMAL));
  }

  private static Stream<ConformanceCase> grid() {
    String id = "mminference.grid";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=5,D=3", "stride=8", "phase=7"),
        of(id, "H=3,L=127,D=7", "stride=10", "phase=3", "hline=false"),
        of(id, "H=1,L=129,D=64", "stride=5", "phase=4", "slash=false"),
        of(id, "H=6,Hk=2,L=65,D=33", "stride=4", "hline=false", "slash=false"),
        of(id, "H=1,L=97,D=8", "stride=6", "phase=1", "vline=false", "slash=false"),
        of(id, "H=1,L=97,D=8", "stride=6", "phase=1", "vline=false", "hline=false"),
        of(id, "H=1,L=70,D=8", "stride=1"),
        of(id, "H=1,L=33,D=8", "stride=1000", "phase=999", "scale=2"),
        of(id, "H=1,L=40,D=8").constant("q", 0),
        of(id, "H=1,L=40,D=8").scaled("q", 1e4),
        of(id, "H=1,L=40,D=8").scaled("v", HUGE));
  }

  private static Stream<ConformanceCase> verticalSlash() {
    String id = "frontier.vertical_slash";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "verticals=20", "slashes=67", "window=50"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=63,D=3", "verticals=1", "slashes=1"),
        of(id, "H=6,Hk=2,L=257,D=33", "verticals=70", "slashes=90", "window=33"),
        of(id, "H=1,L=300,D=64", "verticals=300", "slashes=3", "recent=1"),
        of(id, "H=3,L=97,D=17", "sink=0", "recent=0", "verticals=9", "slashes=5", "scale=0.5"),
        of(id, "H=1,L=129,D=8", "window=1", "verticals=30", "slashes=70"),
        of(id, "H=1,L=150,D=8", "verticals=15", "slashes=66").constant("q", 0),
        of(id, "H=1,L=150,D=8", "verticals=5", "slashes=66").scaled("v", HUGE));
  }

  private static Stream<ConformanceCase> flexPrefill() {
    String id = "frontier.flexprefill";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "alpha=0.5", "min_budget=9", "window=50"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=65,D=3", "alpha=0", "min_budget=1"),
        of(id, "H=6,Hk=2,L=257,D=33", "alpha=0.9", "min_budget=1", "window=40"),
        of(id, "H=1,L=200,D=8", "alpha=1", "min_budget=1"),
        of(id, "H=3,L=97,D=17", "alpha=0.3", "min_budget=7", "sink=0", "recent=0", "scale=0.5"),
        of(id, "H=1,L=150,D=8", "alpha=0.4", "min_budget=66").scaled("v", HUGE));
  }

  private static Stream<ConformanceCase> blockTopk() {
    String id = "frontier.block_topk";
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "top=4"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=17,D=3", "top=1"),
        of(id, "H=6,Hk=2,L=257,D=33", "top=5"),
        of(id, "H=3,L=97,D=7", "block=7", "top=6", "scale=0.5"),
        of(id, "H=1,L=63,D=8", "block=1", "top=9"),
        of(id, "H=1,L=300,D=64", "block=128", "top=2"),
        of(id, "H=1,L=100,D=8", "top=7"),
        of(id, "H=1,L=160,D=8", "top=5").constant("q", 0),
        of(id, "H=1,L=160,D=8", "top=4").scaled("q", 1e4),
        of(id, "H=1,L=160,D=8", "top=4").scaled("v", HUGE));
  }

  private static Stream<ConformanceCase> boundary() {
    String id = "mminference.boundary";
    String lines = "{'pattern':'vertical_slash','verticals':15,'slashes':66}";
    String shape = "{'pattern':'a_shape','sink':3,'local':20}";
    String grid = "{'pattern':'grid','stride':5,'phase':3,'hline':%s,'vline':%s,'slash':%s}";
    String one = plan(lines, shape, lines, grid.formatted(false, true, true));
    String two = plan(grid.formatted(true, false, false), "{'pattern':'none'}", shape, lines);
    return Stream.of(
        of(id, "H=2,Hk=1,L=131,D=16", "kind=2d", one),
        of(id, "H=1,L=1,D=1", "kind=2d"),
        of(id, "H=1,L=33,D=3", "kind=none", two),
        of(id, "H=6,Hk=2,L=257,D=33", "kind=2d", two),
        of(id, "H=3,L=97,D=17", "kind=q", one, "last_queries=9", "scale=0.5"),
        of(id, "H=1,L=129,D=64", "kind=k", one, "sink=0", "recent=0"),
        of(id, "H=1,L=200,D=8", "kind=q", two),
        of(id, "H=2,L=150,D=8", "kind=2d", one).constant("modality", 1),
        of(id, "H=2,L=150,D=8", "kind=2d", one).scaled("v", HUGE));
  }

  /** A plan of two modalities for all heads, as a parameter. */
  private static String plan(String... patterns) {
    return "plan={'heads':[[[%s,%s],[%s,%s]]]}".formatted((Object[]) patterns).replace('\'', '"');
  }

  private static Stream<ConformanceCase> quest() {
    String id = "frontier.quest";
    return Stream.of(
        of(id, "H=4,Hk=2,L=257,D=16", "budget=64"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=16,D=3", "budget=1"),
        of(id, "H=6,Hk=3,L=131,D=33", "budget=50", "page=7", "share=false"),
        of(id, "H=9,Hk=3,L=300,D=64", "budget=100", "page=1"),
        of(id, "H=2,L=97,D=17", "budget=97", "scale=0.5"),
        of(id, "H=1,L=160,D=8", "budget=64").constant("q", 0),
        of(id, "H=1,L=160,D=8", "budget=64").scaled("q", 1e4),
        of(id, "H=1,L=160,D=8", "budget=64").scaled("v", HUGE));
  }

  private static Stream<ConformanceCase> snapKv(String id) {
    return Stream.of(
        of(id, "H=4,Hk=2,L=257,D=16", "capacity=60", "window=40", "recent=20"),
        of(id, "H=1,L=1,D=1"),
        of(id, "H=1,L=63,D=3"),
        of(id, "H=6,Hk=3,L=131,D=33", "capacity=5", "window=256"),
        of(id, "H=3,L=129,D=17", "capacity=70", "pool=1", "sink=0", "recent=0", "scale=0.5"),
        of(id, "H=1,L=200,D=64", "capacity=150", "window=1", "pool=401"),
        of(id, "H=2,L=97,D=8", "capacity=40", "recent=9").optional(OptionalInputs.NONE),
        of(id, "H=1,L=97,D=8", "capacity=40", "recent=9").scaled("q", 3));
  }

  private static Stream<ConformanceCase> adaSnapKv() {
    String id = "frontier.ada_snapkv";
    return Stream.of(
        of(id, "H=4,L=150,D=16", "capacity=50", "recent=10", "min_share=0"),
        of(id, "H=4,L=150,D=16", "capacity=50", "recent=10", "min_share=1"));
  }

  private static Stream<ConformanceCase> scan() {
    String id = "mamba.selective_scan";
    return Stream.of(
        of(id, "C=9,L=67,N=16,G=1"),
        of(id, "C=1,L=1,N=1,G=1"),
        of(id, "C=1,L=2,N=3,G=1"),
        of(id, "C=17,L=31,N=5,G=1", "softplus=false"),
        of(id, "C=12,L=33,N=7,G=3"),
        of(id, "C=15,L=16,N=17,G=1"),
        of(id, "C=16,L=17,N=64,G=2"),
        of(id, "C=3,L=129,N=65,G=1"),
        of(id, "C=33,L=15,N=16,G=1").optional(OptionalInputs.NONE),
        of(id, "C=10,L=40,N=16,G=5").optional(OptionalInputs.ALL),
        // A step of decoding: one token, its state in and out.
        of(id, "C=19,L=1,N=16,G=1").optional(OptionalInputs.ALL),
        // Long enough for chunks of time.
        of(id, "C=5,L=771,N=5,G=1").optional(OptionalInputs.ALL),
        // Whole blocks of time, one step more, and groups that end within a tile of channels.
        of(id, "C=10,L=256,N=13,G=2").optional(OptionalInputs.ALL),
        of(id, "C=9,L=129,N=16,G=1").optional(OptionalInputs.NONE),
        of(id, "C=2,L=512,N=3,G=1", "softplus=false").scaled("a", HUGE),
        of(id, "C=10,L=40,N=9,G=2", "softplus=false").optional(OptionalInputs.NONE),
        of(id, "C=5,L=23,N=4,G=1").constant("u", 0),
        // No decay: a sum over all steps.
        of(id, "C=5,L=23,N=4,G=1").constant("a", 0),
        of(id, "C=5,L=23,N=4,G=1", "softplus=false").constant("delta", 0).constant("delta_bias", 0),
        of(id, "C=5,L=23,N=4,G=1").constant("delta", 100),
        of(id, "C=5,L=23,N=4,G=1").constant("delta", -100),
        of(id, "C=5,L=23,N=4,G=1").constant("z", -100),
        of(id, "C=5,L=23,N=4,G=1").scaled("u", HUGE),
        of(id, "C=5,L=23,N=4,G=1").scaled("a", HUGE),
        of(id, "C=5,L=23,N=4,G=1").scaled("u", SUBNORMAL));
  }

  private static Stream<ConformanceCase> bidirectionalScan() {
    String id = "vim.bidirectional_scan";
    return Stream.of(
        of(id, "K=2,C=9,L=67,N=16,G=1"),
        of(id, "K=1,C=1,L=1,N=1,G=1"),
        of(id, "K=1,C=17,L=33,N=5,G=1", "softplus=false"),
        of(id, "K=2,C=12,L=31,N=7,G=3"),
        of(id, "K=2,C=16,L=257,N=64,G=2"),
        of(id, "K=1,C=3,L=12,N=65,G=1"),
        of(id, "K=2,C=33,L=15,N=16,G=1").optional(OptionalInputs.NONE),
        of(id, "K=1,C=10,L=40,N=9,G=2", "softplus=false").optional(OptionalInputs.NONE),
        of(id, "K=2,C=5,L=23,N=4,G=1").constant("u", 0),
        of(id, "K=2,C=5,L=23,N=4,G=1").constant("a", 0),
        of(id, "K=2,C=5,L=23,N=4,G=1").constant("delta", 100),
        of(id, "K=2,C=5,L=23,N=4,G=1").constant("z", -100),
        of(id, "K=1,C=5,L=23,N=4,G=1").scaled("u", HUGE),
        of(id, "K=2,C=5,L=23,N=4,G=1").scaled("a", HUGE),
        of(id, "K=1,C=5,L=23,N=4,G=1").scaled("u", SUBNORMAL));
  }

  private static Stream<ConformanceCase> crossScan() {
    String id = "vmamba.cross_scan";
    return Stream.of(
        of(id, "K=4,C=9,H=5,W=13,N=16,G=1"),
        of(id, "K=4,C=1,H=1,W=1,N=1,G=1"),
        of(id, "K=4,C=3,H=1,W=19,N=3,G=1"),
        of(id, "K=4,C=3,H=19,W=1,N=3,G=1"),
        of(id, "K=4,C=17,H=7,W=7,N=5,G=1", "softplus=false"),
        of(id, "K=4,C=12,H=17,W=16,N=7,G=3"),
        of(id, "K=4,C=4,H=3,W=5,N=65,G=1"),
        of(id, "K=4,C=33,H=4,W=4,N=16,G=1").optional(OptionalInputs.NONE),
        of(id, "K=4,C=5,H=4,W=6,N=4,G=1").constant("a", 0),
        of(id, "K=4,C=5,H=4,W=6,N=4,G=1").constant("delta", -100),
        of(id, "K=4,C=5,H=4,W=6,N=4,G=1").scaled("u", HUGE),
        of(id, "K=4,C=5,H=4,W=6,N=4,G=1").scaled("u", SUBNORMAL));
  }

  private static Stream<ConformanceCase> stateSpaceDual() {
    String id = "mamba2.ssd";
    return Stream.of(
        of(id, "L=67,H=3,P=16,G=1,N=16", "chunk=32"),
        of(id, "L=1,H=1,P=1,G=1,N=1"),
        of(id, "L=1,H=4,P=8,G=2,N=12").optional(OptionalInputs.ALL),
        of(id, "L=33,H=6,P=5,G=3,N=7", "chunk=16").optional(OptionalInputs.ALL),
        of(id, "L=17,H=2,P=64,G=1,N=128"),
        of(id, "L=65,H=1,P=33,G=1,N=65", "chunk=64").optional(OptionalInputs.NONE),
        of(id, "L=31,H=2,P=3,G=2,N=5", "chunk=1"),
        of(id, "L=300,H=2,P=4,G=1,N=3"),
        of(id, "L=23,H=2,P=5,G=1,N=4", "chunk=8").constant("a", 0),
        of(id, "L=23,H=2,P=5,G=1,N=4", "chunk=8").constant("dt", 0),
        of(id, "L=23,H=2,P=5,G=1,N=4", "chunk=8").scaled("a", HUGE),
        of(id, "L=23,H=2,P=5,G=1,N=4", "chunk=8").scaled("x", HUGE),
        of(id, "L=23,H=2,P=5,G=1,N=4", "chunk=8").scaled("x", SUBNORMAL));
  }

  private static Stream<ConformanceCase> convolution() {
    String id = "mamba.conv1d";
    return Stream.of(
        of(id, "C=9,L=67,W=4"),
        of(id, "C=1,L=1,W=2"),
        of(id, "C=1,L=1,W=9"),
        of(id, "C=17,L=31,W=3", "silu=false"),
        of(id, "C=15,L=16,W=4"),
        of(id, "C=16,L=17,W=5"),
        of(id, "C=33,L=2,W=4").optional(OptionalInputs.ALL),
        of(id, "C=7,L=40,W=4").optional(OptionalInputs.ALL),
        of(id, "C=7,L=40,W=4", "silu=false").optional(OptionalInputs.NONE),
        of(id, "C=5,L=23,W=4").constant("x", 0),
        of(id, "C=5,L=23,W=4").constant("weight", 1).constant("x", -50),
        of(id, "C=5,L=23,W=4").scaled("x", HUGE),
        of(id, "C=5,L=23,W=4", "silu=false").scaled("x", SUBNORMAL));
  }

  private static Stream<ConformanceCase> quantizer() {
    String id = "ouromamba.quantize";
    return Stream.of(
        of(id, "B=2,L=23,C=129"),
        of(id, "B=1,L=1,C=1"),
        of(id, "B=1,L=2,C=2"),
        of(id, "B=3,L=11,C=65", "refresh=1"),
        of(id, "B=1,L=10,C=97", "refresh=1000"),
        of(id, "B=1,L=31,C=64", "inlier_bits=8", "outlier_bits=8"),
        of(id, "B=1,L=31,C=63", "inlier_bits=2", "outlier_bits=4", "refresh=7"),
        of(id, "B=1,L=13,C=33", "sigma=0"),
        of(id, "B=1,L=13,C=33", "sigma=6"),
        of(id, "B=1,L=7,C=17").constant("x", 0),
        of(id, "B=1,L=7,C=17").constant("x", 1),
        of(id, "B=1,L=7,C=17").scaled("x", HUGE),
        of(id, "B=1,L=7,C=17").scaled("x", HUGE).scaled("inlier_scale", HUGE),
        of(id, "B=1,L=7,C=17").scaled("x", SUBNORMAL));
  }

  private static Stream<ConformanceCase> linear() {
    String id = "ouromamba.linear";
    return Stream.of(
        of(id, "B=2,L=13,C=129,M=33"),
        of(id, "B=1,L=1,C=1,M=1"),
        of(id, "B=1,L=1,C=17,M=63"),
        of(id, "B=3,L=7,C=31,M=1"),
        of(id, "B=1,L=17,C=64,M=65"),
        of(id, "B=1,L=5,C=1025,M=16"),
        of(id, "B=1,L=5,C=33,M=7").constant("q_in", 0).constant("q_out", 0).constant("outlier", 0),
        of(id, "B=1,L=5,C=33,M=7").constant("weight", -7),
        of(id, "B=1,L=5,C=1100,M=7", "weight_bits=8").constant("weight", -127),
        of(id, "B=1,L=5,C=33,M=7", "weight_bits=2").constant("weight", 1),
        of(id, "B=1,L=5,C=33,M=7").constant("weight_scale", HUGE));
  }

  private static Stream<ConformanceCase> quantizedScan() {
    String id = "ouromamba.scan";
    return Stream.of(
        of(id, "B=1,L=31,C=129,N=16,G=1"),
        of(id, "B=1,L=1,C=1,N=1,G=1"),
        of(id, "B=1,L=2,C=17,N=3,G=1", "softplus=false"),
        of(id, "B=1,L=40,C=12,N=7,G=3"),
        of(id, "B=1,L=16,C=8,N=64,G=2"),
        of(id, "B=1,L=17,C=5,N=65,G=1"),
        of(id, "B=1,L=13,C=33,N=5,G=1", "delta_bits=4", "a_bits=4", "b_bits=2", "c_bits=3"),
        of(id, "B=1,L=23,C=15,N=4,G=1").optional(OptionalInputs.NONE),
        of(id, "B=1,L=23,C=19,N=4,G=1", "quantize_delta=false"),
        of(id, "B=1,L=11,C=9,N=4,G=1").constant("q_in", 0).constant("q_out", 0),
        // Scales that are zero, and steps that are all equal.
        of(id, "B=1,L=11,C=9,N=4,G=1").constant("a", 0).constant("b", 0),
        of(id, "B=1,L=11,C=9,N=4,G=1").constant("delta", 1));
  }

  private static Stream<ConformanceCase> decoder() {
    String id = "seedlm.decode";
    return Stream.of(
        of(id, "stored=133"),
        of(id, "stored=1"),
        of(id, "stored=15"),
        of(id, "stored=16"),
        of(id, "stored=17"),
        of(id, "stored=9", "config=3bit"),
        of(id, "stored=63", "config=3bit"),
        of(id, "stored=153", "config=3bit"),
        // All bits set; state 1 and all else zero.
        of(id, "stored=3").constant("words", -1),
        of(id, "stored=18", "config=3bit").constant("words", 255),
        of(id, "stored=3").constant("words", 1));
  }

  private static Stream<ConformanceCase> retrieval() {
    String id = "modm.retrieve";
    return Stream.of(
        of(id, "b=13,M=1031,E=33"),
        of(id, "b=1,M=1,E=1"),
        of(id, "b=1,M=2,E=3"),
        of(id, "b=7,M=63,E=31"),
        of(id, "b=64,M=64,E=16"),
        of(id, "b=65,M=65,E=17"),
        of(id, "b=6,M=511,E=48"),
        of(id, "b=5,M=513,E=100"),
        of(id, "b=2,M=257,E=768"),
        // All rows are the same, and so all ties.
        of(id, "b=3,M=129,E=16").constant("cache", 0.25),
        of(id, "b=3,M=600,E=4").constant("query", 0.5).constant("cache", -0.5));
  }

  private static Stream<ConformanceCase> seedMatvec() {
    String id = "seedlm.matvec";
    return Stream.of(
        of(id, "stored=352,K=256"),
        of(id, "stored=1,K=8"),
        of(id, "stored=1,K=1", "rows=1"),
        of(id, "stored=1,K=1", "rows=8"),
        of(id, "stored=5,K=5", "rows=7"),
        // Rows that begin within blocks, and rows of whole vectors and one block.
        of(id, "stored=131,K=149", "rows=7"),
        of(id, "stored=187,K=136", "rows=11"),
        of(id, "stored=300,K=1200", "rows=2"),
        of(id, "stored=9,K=24", "config=3bit"),
        of(id, "stored=9,K=7", "config=3bit", "rows=3"),
        of(id, "stored=144,K=192", "config=3bit"),
        of(id, "stored=153,K=50", "config=3bit", "rows=8"),
        of(id, "stored=432,K=576", "config=3bit", "rows=2"),
        of(id, "stored=32,K=64").constant("words", -1),
        of(id, "stored=36,K=32", "config=3bit").constant("words", 255),
        of(id, "stored=32,K=64").constant("words", 1),
        of(id, "stored=32,K=128").constant("x", 0),
        of(id, "stored=32,K=128").scaled("x", 1e25),
        of(id, "stored=32,K=128").scaled("x", TINY));
  }

  private static Stream<ConformanceCase> seedGemm() {
    String id = "seedlm.gemm";
    return Stream.of(
        of(id, "stored=96,K=64,L=9"),
        of(id, "stored=1,K=8,L=1"),
        of(id, "stored=5,K=5,L=3", "rows=7"),
        of(id, "stored=131,K=149,L=2", "rows=7"),
        of(id, "stored=176,K=32,L=67"),
        of(id, "stored=66,K=524,L=5", "rows=1"),
        of(id, "stored=9,K=7,L=4", "config=3bit", "rows=3"),
        of(id, "stored=144,K=32,L=33", "config=3bit"),
        of(id, "stored=306,K=50,L=6", "config=3bit", "rows=16"),
        of(id, "stored=32,K=64,L=3").constant("words", -1),
        of(id, "stored=36,K=32,L=3", "config=3bit").constant("words", 255),
        of(id, "stored=32,K=64,L=3").constant("x", 0).constant("words", 1),
        of(id, "stored=32,K=64,L=3").scaled("x", 1e25),
        of(id, "stored=32,K=64,L=3").scaled("x", TINY));
  }

  /** Few seeds where the number does not matter: the reference tries each in turn. */
  private static Stream<ConformanceCase> seedSearch() {
    String id = "seedlm.search";
    return Stream.of(
        of(id, "any=131", "seeds=200"),
        of(id, "any=1", "seeds=65"),
        of(id, "any=8", "seeds=1"),
        of(id, "any=53", "seeds=1000"),
        of(id, "any=17"),
        of(id, "any=107", "seeds=200", "config=3bit"),
        of(id, "any=12", "seeds=64", "config=3bit"),
        of(id, "any=13", "seeds=129", "config=3bit"),
        of(id, "any=24", "config=3bit"),
        of(id, "any=64", "seeds=200", "scale=0.25"),
        // Exponents at both ends of their range.
        of(id, "any=64", "seeds=200", "scale=128"),
        of(id, "any=64", "seeds=200", "scale=1").scaled("w", 4096),
        of(id, "any=64", "seeds=200").scaled("w", TINY),
        of(id, "any=64", "seeds=200").scaled("w", HUGE),
        of(id, "any=20", "seeds=200").constant("w", 0),
        of(id, "any=20", "seeds=200", "config=3bit").constant("w", 0),
        of(id, "any=20", "seeds=200").constant("w", 1),
        of(id, "any=20", "seeds=200").constant("w", -0.375));
  }
}
