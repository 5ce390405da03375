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
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
    return run(Chain.of(kernel, variant, call));
  }

  @Override
  public boolean keepsResults() {
    return true;
  }

  @Override
  public Times run(Chain chain) {
    long start = System.nanoTime();
    boolean allBound = true;
    List<BoundProgram> steps = new ArrayList<>();
    for (Chain.Step step : chain.steps()) {
      Optional<BoundProgram> known = bound.find(step.kernel(), step.variant(), step.call());
      allBound &= known.isPresent();
      steps.add(known.orElseGet(() -> bindAndKeep(step)));
    }
    double compile = allBound ? 0 : secondsSince(start);
    Copying in = new Copying(events);
    TimedEvents kernels = new TimedEvents(events);
    Copying out = new Copying(events);
    double copyIn = 0;
    double compute = 0;
    double copyOut = 0;
    boolean done = false;
    try {
      queue.begin();
      // What a step writes counts as sent before a later one asks for it.
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).sent().forEach(tensor -> tensors.fill(tensor, queue, in));
        Call call = chain.steps().get(i).call();
        call.outputs().values().forEach(tensor -> tensors.poison(tensor, queue));
      }
      for (BoundProgram step : steps) {
        for (KernelLaunch launch : step.launches()) {
          queue.barrier();
          launch.append(queue, kernels);
        }
      }
      queue.barrier();
      fetch(chain.home(), out);
      done = true;
    } finally {
      if (!done) {
        // Nobody knows what they hold now; whoever computes them anew sends them again.
        tensors.spoilt(chain.outputs());
      }
      // A run that failed gives its events back, too.
      copyIn += in.takeSeconds();
      compute += kernels.takeSeconds();
      copyOut += out.takeSeconds();
    }
    Copies copies = in.copies().plus(out.copies());
    return new Times(compile, copyIn, compute, copyOut, secondsSince(start), copies);
  }

  @Override
  public Copies fetch(Chain chain) {
    Copying out = new Copying(events);
    try {
      queue.begin();
      fetch(chain.staying(), out);
      return out.copies();
    } finally {
      out.takeSeconds();
    }
  }

  /** Ends and runs what was recorded, and brings tensors back. */
  private void fetch(Set<Tensor> wanted, Copying out) {
    wanted.forEach(tensor -> tensors.fetch(tensor, queue, out));
    queue.run();
    wanted.forEach(tensor -> tensors.collect(tensor, out));
  }

  private BoundProgram bindAndKeep(Chain.Step step) {
    BoundProgram program = bind(step.kernel(), step.variant(), step.call());
    bound.put(step.kernel(), step.variant(), step.call(), program);
    return program;
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
