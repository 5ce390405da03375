package dev.squall.pipeline.doctor;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** How kernels must not be launched, and how they may. Never run. */
final class BadLaunches {
  private BadLaunches() {}

  static void copy(KernelContext context, FloatArray in, FloatArray out) {
    int i = context.globalIdx;
    out.set(i, in.get(i));
  }

  /** No mark of a kernel but that it is handed to a task. */
  static void unmarked(FloatArray in, FloatArray out) {
    for (int i = 0; i < in.getSize(); i++) {
      out.set(i, (int) in.get(i));
    }
  }

  static void loops(FloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < 1024; i++) {
      out.set(i, in.get(i));
    }
  }

  private static TaskGraph graph(FloatArray in) {
    return new TaskGraph("graph").transferToDevice(DataTransferMode.FIRST_EXECUTION, in);
  }

  static void withoutGrid(FloatArray in, FloatArray out) throws TornadoExecutionPlanException {
    TaskGraph graph = graph(in).task("copy", BadLaunches::copy, new KernelContext(), in, out);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.execute();
    }
  }

  static void unevenGrid(FloatArray in, FloatArray out) throws TornadoExecutionPlanException {
    TaskGraph graph = graph(in).task("copy", BadLaunches::copy, new KernelContext(), in, out);
    WorkerGrid grid = new WorkerGrid1D(250);
    grid.setLocalWork(64, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("graph.copy", grid)).execute();
    }
  }

  static void evenGrid(FloatArray in, FloatArray out) throws TornadoExecutionPlanException {
    TaskGraph graph = graph(in).task("copy", BadLaunches::copy, new KernelContext(), in, out);
    WorkerGrid grid = new WorkerGrid1D(256);
    grid.setLocalWork(64, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("graph.copy", grid)).execute();
    }
  }

  static void annotatedLoops(FloatArray in, FloatArray out) throws TornadoExecutionPlanException {
    TaskGraph graph =
        graph(in)
            .task("unmarked", BadLaunches::unmarked, in, out)
            .task("lambda", (a, b) -> b.set(0, (int) a.get(a.getSize() - 1)), in, out);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.execute();
    }
  }
}
