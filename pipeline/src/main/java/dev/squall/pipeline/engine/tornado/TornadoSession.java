package dev.squall.pipeline.engine.tornado;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.ProgramGraph;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.OneLine;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.exceptions.TornadoMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/**
 * Runs programs on one device through TornadoVM: a task graph of its own for each call, whose plan
 * stays resident, so that a kernel is compiled once.
 */
final class TornadoSession implements DeviceSession {
  private final TornadoDevice device;
  private final boolean fpga;
  private final Optional<FpgaWorkplace> workplace;
  private final Map<Key, TornadoExecutionPlan> plans = new HashMap<>();
  private int graphs;

  /**
   * @param workplace where TornadoVM compiles, if the device is an FPGA
   */
  TornadoSession(TornadoDevice device, Optional<FpgaWorkplace> workplace) {
    this.device = device;
    this.workplace = workplace;
    this.fpga = device.getDeviceContext().isPlatformFPGA();
  }

  @Override
  public Times run(Kernel kernel, Variant variant, Call call) {
    long start = System.nanoTime();
    Key key = new Key(kernel.id(), variant.name(), call);
    TornadoExecutionPlan plan = plans.get(key);
    double compile = 0;
    try {
      if (plan == null) {
        plan = plan(kernel, variant, call);
        plans.put(key, plan);
        compile = (System.nanoTime() - start) * 1e-9;
      }
      TornadoProfilerResult clock = plan.execute().getProfilerResult();
      return new Times(
          compile,
          clock.getDeviceWriteTime() * 1e-9,
          clock.getDeviceKernelTime() * 1e-9,
          clock.getDeviceReadTime() * 1e-9,
          (System.nanoTime() - start) * 1e-9);
    } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
      throw failure(ErrorClass.OUT_OF_MEMORY, key, e);
    } catch (SquallException e) {
      throw e;
    } catch (RuntimeException e) {
      // What does not compile fails in the first execution, and with exceptions of many kinds.
      throw failure(compile > 0 ? ErrorClass.COMPILE : ErrorClass.LAUNCH, key, e);
    } catch (AssertionError | StackOverflowError | LinkageError e) {
      throw failure(ErrorClass.COMPILE, key, e);
    } finally {
      NativeOutput.flush();
    }
  }

  private SquallException failure(ErrorClass errorClass, Key key, Throwable cause) {
    plans.remove(key);
    Optional<String> compiler = workplace.flatMap(FpgaWorkplace::failure);
    return new SquallException(
        compiler.isPresent() ? ErrorClass.COMPILE : errorClass,
        "%s (%s): %s"
            .formatted(
                key.kernel(), key.variant(), compiler.orElseGet(() -> OneLine.rootOf(cause))),
        cause);
  }

  private TornadoExecutionPlan plan(Kernel kernel, Variant variant, Call call) {
    if (!(variant instanceof Variant.Device code)) {
      throw SquallException.unsupported(
          "%s: %s is host code".formatted(kernel.id(), variant.name()));
    }
    Program program = code.program().apply(call.sizes());
    if (workplace.isPresent()) {
      requireDistinctNames(program);
      workplace.get().nextPlan();
    }
    ProgramGraph graph =
        ProgramGraph.build("g" + graphs++, program, call.inputs(), call.outputs(), this::launch);
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(graph.graph())
            .withDevice(device)
            .withProfiler(ProfilerMode.SILENT);
    return fpga ? plan : plan.withGridScheduler(graph.grids());
  }

  /** TornadoVM names the files of a plan after methods, whatever their class. */
  private static void requireDistinctNames(Program program) {
    Map<String, Class<?>> owners = new HashMap<>();
    for (Task task : program.tasks()) {
      Class<?> other = owners.putIfAbsent(task.method(), task.code());
      if (other != null && other != task.code()) {
        throw SquallException.unsupported(
            "%s and %s both have a method %s: on an FPGA TornadoVM would take one for the other; rename one"
                .formatted(other.getSimpleName(), task.code().getSimpleName(), task.method()));
      }
    }
  }

  /**
   * Without a grid, loops whose bounds are read from an array run on one work-item; with one, code
   * for FPGAs does not compile.
   */
  private Grid launch(Grid stated) {
    if (fpga) {
      return stated;
    }
    boolean cpu = device.getDeviceType() == TornadoDeviceType.CPU;
    long[] workGroup = device.getPhysicalDevice().getDeviceMaxWorkGroupSize();
    int most = (int) Math.min(256, workGroup.length == 0 ? 1 : workGroup[0]);
    return stated.launch(stated.global().size(), cpu, most);
  }

  @Override
  public void forget(Call call) {
    for (Key key : List.copyOf(plans.keySet())) {
      if (key.call().equals(call)) {
        plans.remove(key).freeDeviceMemory();
      }
    }
  }

  @Override
  public void close() {
    plans.values().forEach(TornadoExecutionPlan::freeDeviceMemory);
    plans.clear();
  }

  private record Key(String kernel, String variant, Call call) {}
}
