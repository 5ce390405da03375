package dev.squall.pipeline.engine.jvm;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.launch.ProgramGraph;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.DeviceSession;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Runs variants in this JVM. */
final class JvmSession implements DeviceSession {
  private final HostThreads threads;

  JvmSession(HostThreads threads) {
    this.threads = threads;
  }

  @Override
  public Times run(Kernel kernel, Variant variant, Call call) {
    long start = System.nanoTime();
    try {
      switch (variant) {
        case Variant.Host host -> host.code().run(call, threads);
        case Variant.Device device -> execute(device, call);
      }
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s (%s) needs more memory than the JVM has: %s"
              .formatted(kernel.id(), variant.name(), e.getMessage()),
          e);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new Times(0, 0, seconds, 0, seconds);
  }

  private static void execute(Variant.Device device, Call call) {
    ProgramGraph program =
        ProgramGraph.build(
            "stage", device.program().apply(call.sizes()), call.inputs(), call.outputs());
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(program.graph())) {
      plan.withGridScheduler(program.grids()).execute();
    } catch (TornadoExecutionPlanException | TornadoRuntimeException e) {
      throw new SquallException(ErrorClass.LAUNCH, e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    // Nothing stays open between calls.
  }
}
