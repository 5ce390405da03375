package uk.ac.manchester.tornado.api;

import dev.squall.tornado.embedded.PrebuiltKernel;
import dev.squall.tornado.embedded.PrebuiltKernelRunner;
import dev.squall.tornado.embedded.workgroup.KernelLauncher;
import dev.squall.tornado.embedded.workgroup.NdRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.AccessorParameters.PairAccessor;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Runs one task on the JVM. */
final class TaskRunner {
  private TaskRunner() {}

  /**
   * @param name full name of the task, for messages
   * @param grid the task's worker grid or null
   */
  static void run(String name, GraphTask task, WorkerGrid grid) {
    NdRange range = grid == null ? null : range(name, grid);
    switch (task) {
      case GraphTask.Java java when java.hasContext() -> runWorkItems(name, java, range);
      case GraphTask.Java java -> runOnce(name, java);
      case GraphTask.Prebuilt prebuilt -> runPrebuilt(name, prebuilt, range);
    }
  }

  private static void runWorkItems(String name, GraphTask.Java task, NdRange range) {
    requireRange(name, range);
    KernelLauncher.launch(name, range, item -> task.run(new KernelContext(item)));
  }

  private static void runOnce(String name, GraphTask.Java task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      TornadoRuntimeException exception =
          new TornadoRuntimeException("task %s: %s".formatted(name, e));
      exception.initCause(e);
      throw exception;
    }
  }

  private static void runPrebuilt(String name, GraphTask.Prebuilt task, NdRange range) {
    requireRange(name, range);
    List<PrebuiltKernel.Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < task.parameters().numAccessors(); i++) {
      PairAccessor accessor = task.parameters().getAccessor(i);
      parameters.add(new PrebuiltKernel.Parameter(accessor.object(), accessor.access()));
    }
    PrebuiltKernelRunner.runWithFirstThatSupports(
        new PrebuiltKernel(
            name,
            task.entryPoint(),
            Path.of(task.filename()),
            List.copyOf(parameters),
            task.atomics(),
            range));
  }

  private static void requireRange(String name, NdRange range) {
    if (range == null) {
      throw new TornadoRuntimeException(
          "task %s has no WorkerGrid: pass a GridScheduler with an entry \"%s\" to withGridScheduler"
              .formatted(name, name));
    }
  }

  private static NdRange range(String name, WorkerGrid grid) {
    for (long offset : grid.getGlobalOffset()) {
      if (offset != 0) {
        throw new TornadoRuntimeException(
            "task " + name + " has a global offset, which only OpenCL devices honour: use 0");
      }
    }
    try {
      return NdRange.of(grid.getGlobalWork(), grid.getLocalWork());
    } catch (TornadoRuntimeException e) {
      throw new TornadoRuntimeException("task " + name + ": " + e.getMessage());
    }
  }
}
