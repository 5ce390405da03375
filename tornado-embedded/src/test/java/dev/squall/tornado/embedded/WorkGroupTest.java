package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.squall.tornado.embedded.workgroup.KernelLauncher;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.vectors.Half2;

/** The timeout turns a lost baton, which would wait for ever, into a failure. */
@Timeout(60)
class WorkGroupTest {
  private static final int SEEDS = 8;

  @AfterEach
  void restoreSeed() {
    System.clearProperty(KernelLauncher.SEED_PROPERTY);
  }

  // --- kernels under test -------------------------------------------------------------------

  static void writeIds(KernelContext context, IntArray ids) {
    int number =
        context.globalIdx
            + context.globalGroupSizeX
                * (context.globalIdy + context.globalGroupSizeY * context.globalIdz);
    int base = number * 15;
    ids.set(base, context.globalIdx);
    ids.set(base + 1, context.globalIdy);
    ids.set(base + 2, context.globalIdz);
    ids.set(base + 3, context.groupIdx);
    ids.set(base + 4, context.groupIdy);
    ids.set(base + 5, context.groupIdz);
    ids.set(base + 6, context.localIdx);
    ids.set(base + 7, context.localIdy);
    ids.set(base + 8, context.localIdz);
    ids.set(base + 9, context.globalGroupSizeX);
    ids.set(base + 10, context.globalGroupSizeY);
    ids.set(base + 11, context.globalGroupSizeZ);
    ids.set(base + 12, context.localGroupSizeX);
    ids.set(base + 13, context.localGroupSizeY);
    ids.set(base + 14, context.localGroupSizeZ);
  }

  static void treeSum(KernelContext context, IntArray in, IntArray sums) {
    int local = context.localIdx;
    int[] partial = context.allocateIntLocalArray(64);
    partial[local] = in.get(context.globalIdx);
    for (int stride = 32; stride > 0; stride >>= 1) {
      context.localBarrier();
      if (local < stride) {
        partial[local] += partial[local + stride];
      }
    }
    if (local == 0) {
      sums.set(context.groupIdx, partial[0]);
    }
  }

  static void treeSumWithoutFirstBarrier(KernelContext context, IntArray in, IntArray sums) {
    int local = context.localIdx;
    int[] partial = context.allocateIntLocalArray(64);
    partial[local] = in.get(context.globalIdx);
    for (int stride = 32; stride > 0; stride >>= 1) {
      if (local < stride) {
        partial[local] += partial[local + stride];
      }
      context.localBarrier();
    }
    if (local == 0) {
      sums.set(context.groupIdx, partial[0]);
    }
  }

  static void treeSumWithoutInnerBarriers(KernelContext context, IntArray in, IntArray sums) {
    int local = context.localIdx;
    int[] partial = context.allocateIntLocalArray(64);
    partial[local] = in.get(context.globalIdx);
    context.localBarrier();
    for (int stride = 32; stride > 0; stride >>= 1) {
      if (local < stride) {
        partial[local] += partial[local + stride];
      }
    }
    if (local == 0) {
      sums.set(context.groupIdx, partial[0]);
    }
  }

  static void barrierForSome(KernelContext context, IntArray out) {
    if (context.localIdx < 5) {
      context.localBarrier();
    }
    out.set(context.globalIdx, 1);
  }

  static void extraBarrierForOne(KernelContext context, IntArray out) {
    context.localBarrier();
    context.localBarrier();
    if (context.globalIdx == 3) {
      context.localBarrier();
    }
    out.set(context.globalIdx, 1);
  }

  static void differentBarriers(KernelContext context, IntArray out) {
    if (context.localIdx == 0) {
      context.localBarrier();
    } else {
      context.globalBarrier();
    }
    out.set(context.globalIdx, 1);
  }

  static void unguarded(KernelContext context, FloatArray out) {
    out.set(context.globalIdx, 1);
  }

  static void failsAfterBarrier(KernelContext context, IntArray out) {
    context.localBarrier();
    if (context.localIdx == 2) {
      throw new ArithmeticException("planted");
    }
    context.localBarrier();
    out.set(context.globalIdx, 1);
  }

  static void failsSoonerOrLater(KernelContext context, AtomicInteger delays) {
    if (delays.getAndDecrement() > 0) {
      LockSupport.parkNanos(20_000_000);
    }
    throw new ArithmeticException("planted");
  }

  static void readsFreshLocalMemory(
      KernelContext context, FloatArray floats, DoubleArray doubles, IntArray others) {
    floats.set(context.globalIdx, context.allocateFloatLocalArray(4)[context.localIdx]);
    doubles.set(context.globalIdx, context.allocateDoubleLocalArray(4)[context.localIdx]);
    int base = context.globalIdx * 5;
    others.set(base, context.allocateIntLocalArray(4)[context.localIdx]);
    others.set(base + 1, context.allocateByteLocalArray(4)[context.localIdx]);
    others.set(base + 2, (int) context.allocateLongLocalArray(4)[context.localIdx]);
    HalfFloat half = context.allocateHalfFloatLocalArray(4)[context.localIdx];
    others.set(base + 3, half.getHalfFloatValue());
    Half2 pair = context.allocateHalf2LocalArray(4)[context.localIdx];
    others.set(base + 4, pair.getY().getHalfFloatValue());
  }

  static void writesLocalMemoryOnce(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(1);
    if (context.groupIdx == 0) {
      shared[0] = 1;
    }
    context.localBarrier();
    out.set(context.globalIdx, shared[0]);
  }

  static void differentLocalSizes(KernelContext context, IntArray out) {
    int[] shared = context.allocateIntLocalArray(8 + context.localIdx);
    out.set(context.globalIdx, shared[0]);
  }

  static void count(
      KernelContext context,
      IntArray ints,
      LongArray longs,
      FloatArray floats,
      DoubleArray doubles) {
    int[] inGroup = context.allocateIntLocalArray(1);
    if (context.localIdx == 0) {
      inGroup[0] = 0;
    }
    context.localBarrier();
    context.atomicAdd(inGroup, 0, 1);
    context.localBarrier();
    if (context.localIdx == 0) {
      context.atomicAdd(ints, 1, inGroup[0]);
    }
    context.atomicAdd(ints, 0, 1);
    context.atomicAdd(longs, 0, 1L << 33);
    context.atomicAdd(floats, 0, 0.5f);
    context.atomicAdd(doubles, 0, 0.25);
  }

  static void orderOfItems(KernelContext context, IntArray order) {
    int[] next = context.allocateIntLocalArray(1);
    if (context.localIdx == 0) {
      next[0] = 0;
    }
    context.localBarrier();
    order.set(context.groupIdx * context.localGroupSizeX + next[0], context.localIdx);
    next[0]++;
  }

  static void scaleRow(KernelContext context, FloatArray matrix) {
    int index = context.globalIdy * context.globalGroupSizeX + context.globalIdx;
    matrix.set(index, matrix.get(index) * 2);
  }

  // --- ids ------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "12,1,1,4,1,1",
    "6,4,1,3,2,1",
    "4,6,4,2,3,2",
    "8,8,4,4,2,2",
    "5,1,1,1,1,1",
    "1,2,8,1,1,8"
  })
  void idsFollowTheGrid(int gx, int gy, int gz, int lx, int ly, int lz) {
    WorkerGrid grid =
        gz > 1
            ? new WorkerGrid3D(gx, gy, gz)
            : gy > 1 ? new WorkerGrid2D(gx, gy) : new WorkerGrid1D(gx);
    grid.setLocalWork(lx, ly, lz);
    IntArray ids = new IntArray(gx * gy * gz * 15);
    ids.init(-1);

    run(new TaskGraph("g").task("t", WorkGroupTest::writeIds, new KernelContext(), ids), grid);

    int base = 0;
    for (int z = 0; z < gz; z++) {
      for (int y = 0; y < gy; y++) {
        for (int x = 0; x < gx; x++) {
          assertThat(ids.slice(base, 15).toHeapArray())
              .containsExactly(
                  x, y, z, x / lx, y / ly, z / lz, x % lx, y % ly, z % lz, gx, gy, gz, lx, ly, lz);
          base += 15;
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1000,1,1,250,1,1",
    "257,1,1,1,1,1",
    "64,6,1,64,3,1",
    "1024,2,2,256,1,1",
    "7,5,3,7,5,3"
  })
  void aLocalSizeIsChosenWhereNoneIsSet(int gx, int gy, int gz, int lx, int ly, int lz) {
    WorkerGrid grid = new WorkerGrid3D(gx, gy, gz);
    IntArray ids = new IntArray(gx * gy * gz * 15);

    run(new TaskGraph("g").task("t", WorkGroupTest::writeIds, new KernelContext(), ids), grid);

    assertThat(ids.slice(12, 3).toHeapArray()).containsExactly(lx, ly, lz);
  }

  // --- barriers and local memory
  // ------------------------------------------------------------------

  @Test
  void aTreeSumWithBarriersIsRightUnderEverySeed() {
    for (int seed = 0; seed < SEEDS; seed++) {
      IntArray in = randomInts(64 * 5, seed);
      assertThat(groupSums(WorkGroupTest::treeSum, in, seed))
          .as("seed %d", seed)
          .containsExactly(expectedSums(in));
    }
  }

  @Test
  void aTreeSumThatLacksABarrierIsWrongUnderEverySeed() {
    for (int seed = 0; seed < SEEDS; seed++) {
      IntArray in = randomInts(64 * 5, seed);
      assertThat(groupSums(WorkGroupTest::treeSumWithoutFirstBarrier, in, seed))
          .as("first barrier removed, seed %d", seed)
          .isNotEqualTo(expectedSums(in));
      assertThat(groupSums(WorkGroupTest::treeSumWithoutInnerBarriers, in, seed))
          .as("inner barriers removed, seed %d", seed)
          .isNotEqualTo(expectedSums(in));
    }
  }

  @Test
  void theSeedFixesTheOrderAndAnotherSeedChangesIt() {
    int[] first = orderUnderSeed(1);
    assertThat(orderUnderSeed(1)).containsExactly(first);
    assertThat(orderUnderSeed(2)).isNotEqualTo(first);
    assertThat(subArray(first, 0, 16))
        .as("each group has an order of its own")
        .isNotEqualTo(subArray(first, 16, 32));
  }

  @Test
  void divergenceIsFoundWhenSomeItemsSkipABarrier() {
    IntArray out = new IntArray(16);
    assertThatThrownBy(
            () ->
                run(
                    new TaskGraph("g")
                        .task("t", WorkGroupTest::barrierForSome, new KernelContext(), out),
                    grid(16, 8)))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("task g.t")
        .hasMessageContaining("barrier divergence")
        .hasMessageContaining("waits at localBarrier (its barrier 1)")
        .hasMessageContaining("ended after 0 barriers")
        .hasMessageContaining("order seed");
  }

  @Test
  void divergenceIsFoundWhenOneItemCallsABarrierMore() {
    IntArray out = new IntArray(8);
    assertThatThrownBy(
            () ->
                run(
                    new TaskGraph("g")
                        .task("t", WorkGroupTest::extraBarrierForOne, new KernelContext(), out),
                    grid(8, 8)))
        .hasMessageContaining(
            "work-item local (3, 0, 0), global (3, 0, 0) waits at localBarrier (its barrier 3)")
        .hasMessageContaining("ended after 2 barriers");
  }

  @Test
  void divergenceIsFoundWhenItemsCallDifferentBarriers() {
    IntArray out = new IntArray(8);
    assertThatThrownBy(
            () ->
                run(
                    new TaskGraph("g")
                        .task("t", WorkGroupTest::differentBarriers, new KernelContext(), out),
                    grid(8, 8)))
        .hasMessageContaining("waits at globalBarrier")
        .hasMessageContaining("at localBarrier");
  }

  @Test
  void localMemoryStartsPoisoned() {
    FloatArray floats = new FloatArray(4);
    DoubleArray doubles = new DoubleArray(4);
    IntArray others = new IntArray(20);
    run(
        new TaskGraph("g")
            .task(
                "t",
                WorkGroupTest::readsFreshLocalMemory,
                new KernelContext(),
                floats,
                doubles,
                others),
        grid(4, 4));
    for (int i = 0; i < 4; i++) {
      assertThat(floats.get(i)).isNaN();
      assertThat(doubles.get(i)).isNaN();
    }
    for (int value : others.toHeapArray()) {
      assertThat(value).isNotZero();
    }
  }

  @Test
  void localMemoryIsPoisonedForEveryGroup() {
    FloatArray out = new FloatArray(16);
    run(
        new TaskGraph("g")
            .task("t", WorkGroupTest::writesLocalMemoryOnce, new KernelContext(), out),
        grid(16, 4));
    assertThat(out.slice(0, 4).toHeapArray()).containsOnly(1f);
    assertThat(out.slice(4, 12).toHeapArray()).containsOnly(Float.NaN);
  }

  @Test
  void localArraysOfDifferentSizesAreRefused() {
    IntArray out = new IntArray(4);
    assertThatThrownBy(
            () ->
                run(
                    new TaskGraph("g")
                        .task("t", WorkGroupTest::differentLocalSizes, new KernelContext(), out),
                    grid(4, 4)))
        .hasMessageContaining("task g.t")
        .hasMessageContaining("local array 1 is int[");
  }

  @Test
  void atomicsAddUpOverAllGroups() {
    int items = 4096;
    IntArray ints = new IntArray(2);
    LongArray longs = new LongArray(1);
    FloatArray floats = new FloatArray(1);
    DoubleArray doubles = new DoubleArray(1);
    run(
        new TaskGraph("g")
            .task("t", WorkGroupTest::count, new KernelContext(), ints, longs, floats, doubles),
        grid(items, 64));
    assertThat(ints.toHeapArray()).containsExactly(items, items);
    assertThat(longs.get(0)).isEqualTo(items * (1L << 33));
    assertThat(floats.get(0)).isEqualTo(items * 0.5f);
    assertThat(doubles.get(0)).isEqualTo(items * 0.25);
  }

  // --- wrong launches
  // -----------------------------------------------------------------------------

  @Test
  void aGlobalSizeThatIsNoMultipleOfTheLocalSizeIsRefused() {
    FloatArray out = new FloatArray(250);
    assertThatThrownBy(() -> run(unguardedGraph(out), grid(250, 64)))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("task g.t")
        .hasMessageContaining("global size 250 of dimension x is not a multiple of local size 64")
        .hasMessageContaining("256");
  }

  @Test
  void aGlobalSizeBeyondTheArrayIsFound() {
    FloatArray out = new FloatArray(250);
    assertThatThrownBy(() -> run(unguardedGraph(out), grid(256, 64)))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageMatching("task g\\.t, work-group \\(3, 0, 0\\), work-item local .* global .*")
        .hasMessageContaining("IndexOutOfBoundsException")
        .hasCauseInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anOversizedGroupIsRefused() {
    FloatArray out = new FloatArray(4096);
    assertThatThrownBy(() -> run(unguardedGraph(out), grid(4096, 2048)))
        .hasMessageContaining("exceeds 1024 work-items");
  }

  @Test
  void aGlobalOffsetIsRefused() {
    FloatArray out = new FloatArray(8);
    WorkerGrid grid = grid(8, 8);
    grid.setGlobalOffset(1, 0, 0);
    assertThatThrownBy(() -> run(unguardedGraph(out), grid)).hasMessageContaining("offset");
  }

  @Test
  void aKernelContextTaskWithoutGridIsRefused() {
    FloatArray out = new FloatArray(8);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(unguardedGraph(out).snapshot())) {
      assertThatThrownBy(plan::execute)
          .isInstanceOf(TornadoRuntimeException.class)
          .hasMessageContaining("task g.t has no WorkerGrid");
    } catch (TornadoExecutionPlanException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void anExceptionAfterABarrierNamesItsItemAndEndsTheLaunch(int seed) {
    System.setProperty(KernelLauncher.SEED_PROPERTY, Integer.toString(seed));
    IntArray out = new IntArray(32);
    assertThatThrownBy(
            () ->
                run(
                    new TaskGraph("g")
                        .task("t", WorkGroupTest::failsAfterBarrier, new KernelContext(), out),
                    grid(32, 4)))
        .hasMessageContaining("work-item local (2, 0, 0)")
        .hasMessageContaining("planted")
        .hasMessageContaining("order seed " + seed)
        .hasCauseInstanceOf(ArithmeticException.class);
    assertThat(out.toHeapArray()).as("nobody passes the second barrier").containsOnly(0);
  }

  @Test
  void ofManyFailingGroupsTheSameOneIsReportedWhicheverFailsFirst() {
    Set<String> messages = new HashSet<>();
    for (int run = 0; run < 20; run++) {
      AtomicInteger delays = new AtomicInteger(run % 2);
      TaskGraph graph =
          new TaskGraph("g")
              .task("t", WorkGroupTest::failsSoonerOrLater, new KernelContext(), delays);
      messages.add(catchThrowable(() -> run(graph, grid(1024, 4))).getMessage());
    }
    assertThat(messages).hasSize(1);
  }

  @Test
  void aPlaceholderContextHasNoWorkGroup() {
    KernelContext context = new KernelContext();
    assertThat(context.globalIdx).isZero();
    assertThatThrownBy(context::localBarrier).hasMessageContaining("localBarrier needs a running");
    assertThatThrownBy(() -> context.allocateIntLocalArray(1))
        .hasMessageContaining("local array needs a running");
  }

  @Test
  void gridSizesAreReadAtEveryExecution() throws Exception {
    FloatArray matrix = new FloatArray(12);
    matrix.init(1);
    WorkerGrid2D grid = new WorkerGrid2D(4, 3);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g")
                .task("t", WorkGroupTest::scaleRow, new KernelContext(), matrix)
                .snapshot())) {
      plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
      grid.setGlobalWork(4, 1, 1);
      plan.execute();
    }
    assertThat(matrix.toHeapArray()).containsExactly(4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2);
  }

  // --- helpers
  // ------------------------------------------------------------------------------------

  private static TaskGraph unguardedGraph(FloatArray out) {
    return new TaskGraph("g").task("t", WorkGroupTest::unguarded, new KernelContext(), out);
  }

  private static WorkerGrid grid(int global, int local) {
    WorkerGrid grid = new WorkerGrid1D(global);
    grid.setLocalWork(local, 1, 1);
    return grid;
  }

  private static void run(TaskGraph graph, WorkerGrid grid) {
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new AssertionError(e);
    }
  }

  @FunctionalInterface
  private interface SumKernel {
    void apply(KernelContext context, IntArray in, IntArray sums);
  }

  private static int[] groupSums(SumKernel kernel, IntArray in, int seed) {
    System.setProperty(KernelLauncher.SEED_PROPERTY, Integer.toString(seed));
    IntArray sums = new IntArray(in.getSize() / 64);
    run(
        new TaskGraph("g")
            .transferToDevice(DataTransferMode.EVERY_EXECUTION, in)
            .task("t", kernel::apply, new KernelContext(), in, sums)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, sums),
        grid(in.getSize(), 64));
    return sums.toHeapArray();
  }

  private static int[] expectedSums(IntArray in) {
    int[] sums = new int[in.getSize() / 64];
    for (int i = 0; i < in.getSize(); i++) {
      sums[i / 64] += in.get(i);
    }
    return sums;
  }

  private static IntArray randomInts(int size, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    IntArray array = new IntArray(size);
    for (int i = 0; i < size; i++) {
      array.set(i, random.nextInt(1_000_000));
    }
    return array;
  }

  private static int[] orderUnderSeed(int seed) {
    System.setProperty(KernelLauncher.SEED_PROPERTY, Integer.toString(seed));
    IntArray order = new IntArray(32);
    run(
        new TaskGraph("g").task("t", WorkGroupTest::orderOfItems, new KernelContext(), order),
        grid(32, 16));
    return order.toHeapArray();
  }

  private static int[] subArray(int[] array, int from, int to) {
    return Arrays.copyOfRange(array, from, to);
  }
}
