package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.BoundCalls;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.ProgramArrays;
import dev.squall.pipeline.engine.DeviceSession;
import java.util.ArrayList;
import java.util.List;

/** Runs SPIR-V bundles on one Level Zero device. */
final class LevelZeroSession implements DeviceSession {
  private final ZeContext context;
  private final CommandQueue queue;
  private final EventPool events;
  private final BundleStore bundles;
  private final ModuleCache modules;
  private final DeviceTensors tensors;
  private final BoundCalls<BoundProgram> bound = new BoundCalls<>();

  LevelZeroSession(ZeContext context, BundleStore bundles, BinaryFolder binaries) {
    this.context = context;
    this.queue = new CommandQueue(context);
    this.events = new EventPool(context);
    this.bundles = bundles;
    this.modules = new ModuleCache(context, bundles, binaries);
    this.tensors = DeviceTensors.of(context);
  }

  @Override
  public Times run(Kernel kernel, Variant variant, Call call) {
    long start = System.nanoTime();
    BoundProgram program = bound.find(kernel, variant, call).orElse(null);
    double compile = 0;
    if (program == null) {
      program = bind(kernel, variant, call);
      bound.put(kernel, variant, call, program);
      compile = secondsSince(start);
    }
    TimedEvents copiesIn = new TimedEvents(events);
    TimedEvents kernels = new TimedEvents(events);
    TimedEvents copiesOut = new TimedEvents(events);
    double copyIn = 0;
    double compute = 0;
    double copyOut = 0;
    try {
      queue.begin();
      for (Tensor tensor : program.sent()) {
        copyIn += tensors.fill(tensor, queue, copiesIn);
      }
      call.outputs().values().forEach(tensor -> tensors.poison(tensor, queue));
      for (KernelLaunch launch : program.launches()) {
        queue.barrier();
        launch.append(queue, kernels);
      }
      queue.barrier();
      call.outputs().values().forEach(tensor -> tensors.fetch(tensor, queue, copiesOut));
      queue.run();
      for (Tensor tensor : call.outputs().values()) {
        copyOut += tensors.collect(tensor);
      }
    } finally {
      // A run that failed gives its events back, too.
      copyIn += copiesIn.takeSeconds();
      compute += kernels.takeSeconds();
      copyOut += copiesOut.takeSeconds();
    }
    return new Times(compile, copyIn, compute, copyOut, secondsSince(start));
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private BoundProgram bind(Kernel kernel, Variant variant, Call call) {
    if (!(variant instanceof Variant.Device code)) {
      throw SquallException.unsupported(
          "%s: %s is host code".formatted(kernel.id(), variant.name()));
    }
    Program program = code.program().apply(call.sizes());
    ProgramArrays arrays = ProgramArrays.of(program, call);
    List<KernelLaunch> launches = new ArrayList<>();
    try {
      program
          .tasks()
          .forEach(
              task ->
                  launches.add(
                      KernelLaunch.bind(
                          context, bundles.of(task), task, arrays, modules, tensors)));
    } catch (SquallException e) {
      launches.forEach(KernelLaunch::close);
      tensors.release(arrays.own());
      throw e;
    }
    List<Tensor> sent = new ArrayList<>(call.inputs().values());
    sent.add(arrays.dims());
    sent.add(arrays.scalars());
    return new BoundProgram(launches, arrays, sent);
  }

  @Override
  public void forget(Call call) {
    for (BoundProgram gone : bound.remove(call)) {
      gone.launches().forEach(KernelLaunch::close);
      tensors.release(gone.arrays().own());
    }
    tensors.release(bound.unused(call));
  }

  @Override
  public void close() {
    bound.all().forEach(program -> program.launches().forEach(KernelLaunch::close));
    tensors.close();
    modules.close();
    queue.close();
    events.close();
    context.close();
  }

  /**
   * @param sent what the device has to have before the launches
   */
  private record BoundProgram(
      List<KernelLaunch> launches, ProgramArrays arrays, List<Tensor> sent) {}
}
