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
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.FileLaunch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
    long start = System.nanoTime();
    BoundProgram program = bound.find(kernel, variant, call).orElse(null);
    double compile = 0;
    if (program == null) {
      program = bind(kernel, variant, call);
      bound.put(kernel, variant, call, program);
      compile = (System.nanoTime() - start) * 1e-9;
    }
    DeviceEvents copiesIn = new DeviceEvents();
    DeviceEvents kernels = new DeviceEvents();
    DeviceEvents copiesOut = new DeviceEvents();
    call.inputs().values().forEach(tensor -> buffers.fill(tensor, copiesIn));
    program.constants().forEach(tensor -> buffers.fill(tensor, copiesIn));
    call.outputs().values().forEach(buffers::poison);
    program.launches().forEach(launch -> launch.enqueue(context.queue(), kernels));
    call.outputs().values().forEach(tensor -> buffers.fetch(tensor, copiesOut));
    context.finish();
    return new Times(
        compile,
        copiesIn.takeSeconds(),
        kernels.takeSeconds(),
        copiesOut.takeSeconds(),
        (System.nanoTime() - start) * 1e-9);
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
