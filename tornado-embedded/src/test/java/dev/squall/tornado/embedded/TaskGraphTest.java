package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.AccessorParameters;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class TaskGraphTest {

  static void saxpy(float a, FloatArray x, FloatArray y) {
    for (@Parallel int i = 0; i < x.getSize(); i++) {
      y.set(i, a * x.get(i) + y.get(i));
    }
  }

  static void increment(IntArray array) {
    for (@Parallel int i = 0; i < array.getSize(); i++) {
      array.set(i, array.get(i) + 1);
    }
  }

  static void beyondTheEnd(IntArray array) {
    array.set(array.getSize(), 1);
  }

  static void count(AtomicInteger counter) {
    counter.incrementAndGet();
  }

  static void contextLast(IntArray array, KernelContext context) {
    array.set(context.globalIdx, context.localIdx);
  }

  static void contextTwice(KernelContext a, KernelContext b) {}

  // --- execution ------------------------------------------------------------------------------

  @Test
  void annotatedLoopsRunInOrderOfDeclarationAtEveryExecution() throws Exception {
    FloatArray x = FloatArray.fromElements(1, 2, 3);
    FloatArray y = FloatArray.fromElements(10, 20, 30);
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(DataTransferMode.FIRST_EXECUTION, x)
            .transferToDevice(DataTransferMode.EVERY_EXECUTION, y)
            .task("double", TaskGraphTest::saxpy, 1f, y, y)
            .task("saxpy", TaskGraphTest::saxpy, 2f, x, y)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.execute();
      assertThat(y.toHeapArray()).containsExactly(22, 44, 66);
      plan.execute();
      assertThat(y.toHeapArray()).containsExactly(46, 92, 138);
    }
  }

  @Test
  void anArrayThatNobodyTransfersIsStillVisible() throws Exception {
    IntArray array = IntArray.fromElements(1, 2);
    execute(new TaskGraph("g").task("t", TaskGraphTest::increment, array));
    assertThat(array.toHeapArray()).containsExactly(2, 3);
  }

  @Test
  void theSnapshotIsIndependentOfTheGraph() throws Exception {
    IntArray array = new IntArray(1);
    TaskGraph graph = new TaskGraph("g").task("t", TaskGraphTest::increment, array);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      graph.task("later", TaskGraphTest::increment, array);
      plan.execute();
    }
    assertThat(array.get(0)).isEqualTo(1);
  }

  @Test
  void tasksOfEveryArityReceiveTheirArgumentsInOrder() throws Exception {
    List<String> calls = new ArrayList<>();
    TaskGraph graph =
        new TaskGraph("g")
            .task("t0", () -> calls.add("none"))
            .task("t1", a -> calls.add("" + a), 1)
            .task(
                "t10",
                (a, b, c, d, e, f, g, h, i, j) ->
                    calls.add("" + a + b + c + d + e + f + g + h + i + j),
                0,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8,
                9)
            .task(
                "t20",
                (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t) ->
                    calls.add(
                        "" + a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r
                            + s + t),
                "a",
                "b",
                "c",
                "d",
                "e",
                "f",
                "g",
                "h",
                "i",
                "j",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "q",
                "r",
                "s",
                "t");
    execute(graph);
    assertThat(calls).containsExactly("none", "1", "0123456789", "abcdefghijklmnopqrst");
  }

  @Test
  void selectedGraphsRunAlone() throws Exception {
    IntArray a = new IntArray(1);
    IntArray b = new IntArray(1);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("a").task("t", TaskGraphTest::increment, a).snapshot(),
            new TaskGraph("b").task("t", TaskGraphTest::increment, b).snapshot())) {
      plan.execute();
      plan.withGraph(1).execute();
      plan.withAllGraphs().execute();
      assertThatThrownBy(() -> plan.withGraph(2)).isInstanceOf(TornadoRuntimeException.class);
    }
    assertThat(a.get(0)).isEqualTo(2);
    assertThat(b.get(0)).isEqualTo(3);
  }

  @Test
  void warmUpReallyExecutes() throws Exception {
    IntArray array = new IntArray(1);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").task("t", TaskGraphTest::increment, array).snapshot())) {
      plan.withPreCompilation().withWarmUpIterations(3);
      assertThat(array.get(0)).isEqualTo(3);
      plan.withWarmUpTime(5);
      assertThat(array.get(0)).isGreaterThan(3);
      assertThatThrownBy(() -> plan.withWarmUpIterations(-1))
          .isInstanceOf(TornadoRuntimeException.class);
    }
  }

  @Test
  void theResultHasTimingsOfTheExecutedTasks() throws Exception {
    IntArray array = new IntArray(1000);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").task("t", TaskGraphTest::increment, array).snapshot())) {
      long start = System.nanoTime();
      TornadoExecutionResult result = plan.withProfiler(ProfilerMode.SILENT).execute();
      long elapsed = System.nanoTime() - start;
      assertThat(result.isReady()).isTrue();
      assertThat(result.getProfilerResult().getDeviceKernelTime())
          .isPositive()
          .isLessThanOrEqualTo(result.getProfilerResult().getTotalTime());
      assertThat(result.getProfilerResult().getTotalTime()).isLessThanOrEqualTo(elapsed);
      assertThat(result.getProfilerResult().getProfileLog())
          .contains("\"g.t\": {\"TASK_KERNEL_TIME\": ");
      assertThat(result.getProfilerResult().getTraceExecutionPlan())
          .contains("withProfiler(SILENT)");
      assertThat(result.transferToHost(array)).isSameAs(result);
      assertThatThrownBy(() -> result.transferToHost(new IntArray(1)))
          .isInstanceOf(TornadoRuntimeException.class);
    }
  }

  @Test
  void aFailureNamesItsTask() {
    assertThatThrownBy(
            () ->
                execute(new TaskGraph("g").task("t", TaskGraphTest::beyondTheEnd, new IntArray(3))))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("task g.t")
        .hasCauseInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void atomicCountersAreArguments() throws Exception {
    AtomicInteger counter = new AtomicInteger();
    execute(
        new TaskGraph("g")
            .task("t", TaskGraphTest::count, counter)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, counter));
    assertThat(counter).hasValue(1);
  }

  @Test
  void theContextMayStandAnywhereAmongTheArguments() throws Exception {
    IntArray array = new IntArray(4);
    WorkerGrid1D grid = new WorkerGrid1D(4);
    grid.setLocalWork(2, 1, 1);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g")
                .task("t", TaskGraphTest::contextLast, array, new KernelContext())
                .snapshot())) {
      plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
    }
    assertThat(array.toHeapArray()).containsExactly(0, 1, 0, 1);
    assertThatThrownBy(
            () ->
                new TaskGraph("g")
                    .task(
                        "t", TaskGraphTest::contextTwice, new KernelContext(), new KernelContext()))
        .isInstanceOf(TornadoTaskRuntimeException.class);
  }

  @Test
  void aClosedPlanDoesNotExecute() throws Exception {
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").task("t", TaskGraphTest::increment, new IntArray(1)).snapshot());
    plan.close();
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void theJvmIsTheOnlyDevice() {
    TornadoDevice device = TornadoExecutionPlan.getDevice(0, 0);
    assertThat(device.getTornadoVMBackend()).isEqualTo(TornadoVMBackendType.JAVA);
    assertThat(device.getPhysicalDevice().getDeviceMaxComputeUnits())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(TornadoExecutionPlan.getTornadoDeviceMap().getAllBackends())
        .singleElement()
        .satisfies(backend -> assertThat(backend.getAllDevices()).containsExactly(device));
    assertThatThrownBy(() -> TornadoExecutionPlan.getDevice(0, 1))
        .isInstanceOf(TornadoDeviceNotFound.class);
    assertThatThrownBy(() -> TornadoExecutionPlan.getDevice(1, 0))
        .isInstanceOf(TornadoDeviceNotFound.class);
    TornadoExecutionPlan plan = new TornadoExecutionPlan(new TaskGraph("g").snapshot());
    assertThatThrownBy(() -> plan.withDevice("g.t", device))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("g.t");
  }

  // --- mistakes -------------------------------------------------------------------------------

  @Test
  void tasksNeedDistinctNamesAndRealArguments() {
    IntArray array = new IntArray(1);
    TaskGraph graph = new TaskGraph("g").task("t", TaskGraphTest::increment, array);
    assertThatThrownBy(() -> graph.task("t", TaskGraphTest::increment, array))
        .isInstanceOf(TornadoTaskRuntimeException.class)
        .hasMessageContaining("two tasks named t");
    assertThatThrownBy(() -> graph.task("u", TaskGraphTest::increment, null))
        .isInstanceOf(TornadoTaskRuntimeException.class)
        .hasMessageContaining("argument 1 of task g.u is null");
    assertThatThrownBy(() -> graph.task(" ", TaskGraphTest::increment, array))
        .isInstanceOf(TornadoTaskRuntimeException.class);
    MemorySegment segment = Arena.ofAuto().allocate(16);
    assertThatThrownBy(() -> graph.task("v", s -> s.fill((byte) 0), segment))
        .isInstanceOf(TornadoTaskRuntimeException.class)
        .hasMessageContaining("fromSegmentShallow");
    assertThatThrownBy(() -> new TaskGraph("")).isInstanceOf(TornadoRuntimeException.class);
  }

  @Test
  void transfersNeedObjectsAndModes() {
    IntArray array = new IntArray(1);
    TaskGraph graph = new TaskGraph("g");
    assertThatThrownBy(() -> graph.transferToDevice(3, array))
        .isInstanceOf(TornadoRuntimeException.class);
    assertThatThrownBy(() -> graph.transferToDevice(0, array, null))
        .isInstanceOf(TornadoRuntimeException.class);
    assertThatThrownBy(() -> graph.transferToHost(1, 5))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("Integer");
    assertThatThrownBy(() -> graph.persistOnDevice((Object) null))
        .isInstanceOf(TornadoRuntimeException.class);
    assertThatThrownBy(() -> graph.consumeFromDevice("other", 1.5f))
        .isInstanceOf(TornadoRuntimeException.class);
    assertThat(graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, 5)).isSameAs(graph);
  }

  @Test
  void anObjectForTheHostMustBeUsed() {
    TaskGraph graph =
        new TaskGraph("g")
            .task("t", TaskGraphTest::increment, new IntArray(1))
            .transferToHost(DataTransferMode.EVERY_EXECUTION, new IntArray(1));
    assertThatThrownBy(graph::snapshot)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("no task uses it");
  }

  @Test
  void consumedObjectsNeedASourceInThePlan() throws Exception {
    IntArray shared = new IntArray(1);
    TaskGraph producer =
        new TaskGraph("producer")
            .task("t", TaskGraphTest::increment, shared)
            .persistOnDevice(shared);
    TaskGraph named =
        new TaskGraph("named")
            .consumeFromDevice("producer", shared)
            .task("t", TaskGraphTest::increment, shared);
    TaskGraph unnamed =
        new TaskGraph("unnamed")
            .consumeFromDevice(shared)
            .task("t", TaskGraphTest::increment, shared)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, shared);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(producer.snapshot(), named.snapshot(), unnamed.snapshot())) {
      plan.execute();
    }
    assertThat(shared.get(0)).isEqualTo(3);

    assertThatThrownBy(() -> new TornadoExecutionPlan(unnamed.snapshot()))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("no other graph");
    assertThatThrownBy(() -> new TornadoExecutionPlan(named.snapshot(), unnamed.snapshot()))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("graph producer does not provide it");
  }

  @Test
  void plansNeedGraphsWithDistinctNames() {
    TaskGraph graph = new TaskGraph("g");
    assertThatThrownBy(TornadoExecutionPlan::new).isInstanceOf(TornadoRuntimeException.class);
    assertThatThrownBy(() -> new TornadoExecutionPlan(graph.snapshot(), graph.snapshot()))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("named g");
  }

  @Test
  void gridsNameTasksOfThePlan() {
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").task("t", TaskGraphTest::increment, new IntArray(1)).snapshot());
    GridScheduler scheduler = new GridScheduler("g.t", new WorkerGrid1D(1));
    assertThat(scheduler.contains("g", "t")).isTrue();
    assertThat(plan.withGridScheduler(scheduler)).isNotNull();
    scheduler.addWorkerGrid("g.u", new WorkerGrid1D(1));
    assertThatThrownBy(() -> plan.withGridScheduler(scheduler))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("g.u");
  }

  @Test
  void aWrongGridOfALoopTaskIsFoundToo() {
    WorkerGrid1D grid = new WorkerGrid1D(100);
    grid.setLocalWork(64, 1, 1);
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").task("t", TaskGraphTest::increment, new IntArray(1)).snapshot());
    plan.withGridScheduler(new GridScheduler("g.t", grid));
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("not a multiple");
  }

  // --- prebuilt kernels -----------------------------------------------------------------------

  @Test
  void aPrebuiltKernelGoesToTheRunnerThatSupportsIt() throws Exception {
    IntArray data = IntArray.fromElements(1, 2, 3, 4);
    AccessorParameters parameters = new AccessorParameters(1);
    parameters.set(0, data, Access.READ_WRITE);
    WorkerGrid1D grid = new WorkerGrid1D(4);
    grid.setLocalWork(2, 1, 1);
    try (TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g")
                .prebuiltTask("t", "negate", "kernel.test", parameters)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, data)
                .snapshot())) {
      plan.withGridScheduler(new GridScheduler("g.t", grid)).execute();
    }
    assertThat(data.toHeapArray()).containsExactly(-1, -2, -3, -4);
  }

  @Test
  void aPrebuiltKernelWithoutRunnerOrGridIsRefused() {
    IntArray data = new IntArray(4);
    AccessorParameters parameters = new AccessorParameters(1);
    parameters.set(0, data, Access.READ_WRITE);
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(
            new TaskGraph("g").prebuiltTask("t", "add", "kernel.cl", parameters).snapshot());
    assertThatThrownBy(plan::execute).hasMessageContaining("no WorkerGrid");
    plan.withGridScheduler(new GridScheduler("g.t", new WorkerGrid1D(4)));
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("add in kernel.cl")
        .hasMessageContaining("device engine")
        .hasMessageNotContaining("\n");
    AccessorParameters unset = new AccessorParameters(2);
    unset.set(0, data, Access.READ_ONLY);
    assertThatThrownBy(() -> new TaskGraph("g").prebuiltTask("t", "add", "kernel.cl", unset))
        .isInstanceOf(TornadoTaskRuntimeException.class)
        .hasMessageContaining("argument 2");
  }

  private static void execute(TaskGraph graph) throws Exception {
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.execute();
    }
  }
}
