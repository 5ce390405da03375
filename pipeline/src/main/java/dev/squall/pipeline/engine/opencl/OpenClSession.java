package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.BoundCalls;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.ProgramArrays;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.FileLaunch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs kernel bundles on one OpenCL device. */
final class OpenClSession implements DeviceSession {
  private final OpenClContext context;
  private final BundleStore bundles;
  private final ProgramCache programs;
  private final DeviceBuffers buffers;
  private final BoundCalls<BoundProgram> bound = new BoundCalls<>();

  /**
   * @param cache the user's cache folder, for built programs
   */
  OpenClSession(OpenClContext context, BundleStore bundles, Path cache) {
    this.context = context;
    this.bundles = bundles;
    this.programs = new ProgramCache(context, bundles, cache);
    this.buffers = new DeviceBuffers(context);
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
    Set<Tensor> poisoned = new HashSet<>(chain.home());
    for (Chain.Step step : chain.steps()) {
      Optional<BoundProgram> known = bound.find(step.kernel(), step.variant(), step.call());
      allBound &= known.isPresent();
      if (known.isEmpty()) {
        poisoned.addAll(step.call().outputs().values());
      }
      steps.add(known.orElseGet(() -> bindAndKeep(step)));
    }
    double compile = allBound ? 0 : (System.nanoTime() - start) * 1e-9;
    DeviceEvents copiesIn = new DeviceEvents();
    DeviceEvents kernels = new DeviceEvents();
    DeviceEvents copiesOut = new DeviceEvents();
    Copies copies = Copies.NONE;
    boolean done = false;
    try {
      // The queue keeps the order: what a step writes is there when the next one begins.
      for (int i = 0; i < steps.size(); i++) {
        Call call = chain.steps().get(i).call();
        copies = copies.plus(buffers.fill(call.inputs().values(), copiesIn));
        copies = copies.plus(buffers.fill(steps.get(i).constants(), copiesIn));
        // What stays was poisoned before its first run: elements that no run writes still show.
        call.outputs().values().stream()
            .filter(tensor -> poisoned.contains(tensor) || !buffers.holds(tensor))
            .forEach(buffers::poison);
        steps.get(i).launches().forEach(launch -> launch.enqueue(context.queue(), kernels));
      }
      copies = copies.plus(buffers.fetch(chain.home(), copiesOut));
      context.finish();
      done = true;
    } finally {
      if (!done) {
        // Nobody knows what they hold now; whoever computes them anew sends them again.
        buffers.spoilt(chain.outputs());
      }
    }
    return new Times(
        compile,
        copiesIn.takeSeconds(),
        kernels.takeSeconds(),
        copiesOut.takeSeconds(),
        (System.nanoTime() - start) * 1e-9,
        copies);
  }

  @Override
  public Copies fetch(Chain chain) {
    DeviceEvents events = new DeviceEvents();
    Copies copies = buffers.fetch(chain.staying(), events);
    context.finish();
    events.takeSeconds();
    return copies;
  }

  private BoundProgram bindAndKeep(Chain.Step step) {
    BoundProgram program = bind(step.kernel(), step.variant(), step.call());
    bound.put(step.kernel(), step.variant(), step.call(), program);
    return program;
  }

  @Override
  public void run(FileLaunch launch) {
    new FileKernel(context, programs, buffers).run(launch);
  }

  private BoundProgram bind(Kernel kernel, Variant variant, Call call) {
    if (!(variant instanceof Variant.Device code)) {
      throw SquallException.unsupported(
          "%s: %s is host code".formatted(kernel.id(), variant.name()));
    }
    Program program = code.program().apply(call.sizes());
    ProgramArrays arrays = ProgramArrays.of(program, call);
    List<BoundLaunch> launches = new ArrayList<>();
    try {
      program
          .tasks()
          .forEach(
              task ->
                  launches.add(
                      BoundLaunch.bind(
                          context, bundles.of(task), task, arrays, programs, buffers)));
    } catch (SquallException e) {
      launches.forEach(BoundLaunch::close);
      buffers.release(arrays.own());
      throw e;
    }
    return new BoundProgram(launches, arrays);
  }

  @Override
  public void forget(Call call) {
    for (BoundProgram gone : bound.remove(call)) {
      gone.launches().forEach(BoundLaunch::close);
      buffers.release(gone.arrays().own());
    }
    buffers.release(bound.unused(call));
  }

  @Override
  public void close() {
    bound.all().forEach(program -> program.launches().forEach(BoundLaunch::close));
    buffers.close();
    programs.close();
    context.close();
  }

  private record BoundProgram(List<BoundLaunch> launches, ProgramArrays arrays) {
    /** The dimensions and scalars, which go to the device once. */
    private List<Tensor> constants() {
      return List.of(arrays.dims(), arrays.scalars());
    }
  }
}
