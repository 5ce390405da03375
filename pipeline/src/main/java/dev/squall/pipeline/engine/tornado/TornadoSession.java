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
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.OneLine;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.TornadoProfilerResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
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
  private final Map<Chain, Resident> plans = new HashMap<>();
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
    return execute(Chain.of(kernel, variant, call));
  }

  @Override
  public boolean keepsResults() {
    return !fpga;
  }

  /**
   * Files for FPGAs are named after methods, so that tasks of several kernels cannot share a graph.
   */
  @Override
  public Times run(Chain chain) {
    return fpga ? DeviceSession.super.run(chain) : execute(chain);
  }

  /** By CUDA graphs, which the back ends for NVIDIA's driver alone have. */
  @Override
  public boolean records() {
    return CudaGraphs.serve(device.getTornadoVMBackend(), System.getenv());
  }

  /** One graph with all the steps' tasks: TornadoVM keeps what is between them on the device. */
  private Times execute(Chain chain) {
    long start = System.nanoTime();
    Resident resident = plans.get(chain);
    double compile = 0;
    try {
      if (resident != null && resident.log.full(plans.size())) {
        forget(chain);
        resident = null;
      }
      if (resident == null) {
        resident = plan(chain);
        plans.put(chain, resident);
        compile = (System.nanoTime() - start) * 1e-9;
      }
      resident.latest = resident.plan.execute();
      resident.log.grow();
      if (chain.recorded()) {
        return new Times(
            compile,
            0,
            0,
            0,
            (System.nanoTime() - start) * 1e-9,
            resident.copies(chain, compile > 0));
      }
      TornadoProfilerResult clock = resident.latest.getProfilerResult();
      return new Times(
          compile,
          clock.getDeviceWriteTime() * 1e-9,
          clock.getDeviceKernelTime() * 1e-9,
          clock.getDeviceReadTime() * 1e-9,
          (System.nanoTime() - start) * 1e-9,
          resident.copies(chain, compile > 0, clock));
    } catch (TornadoOutOfMemoryException | TornadoMemoryException e) {
      throw failure(ErrorClass.OUT_OF_MEMORY, chain, e);
    } catch (SquallException e) {
      throw e;
    } catch (RuntimeException e) {
      // What does not compile fails in the first execution, and with exceptions of many kinds.
      throw failure(compile > 0 ? ErrorClass.COMPILE : ErrorClass.LAUNCH, chain, e);
    } catch (AssertionError | StackOverflowError | LinkageError e) {
      throw failure(ErrorClass.COMPILE, chain, e);
    } finally {
      NativeOutput.flush();
    }
  }

  @Override
  public Copies fetch(Chain chain) {
    if (fpga) {
      return DeviceSession.super.fetch(chain);
    }
    Resident resident = plans.get(chain);
    if (resident == null || resident.latest == null) {
      throw new IllegalStateException("a chain that did not run");
    }
    try {
      if (!resident.staying.isEmpty()) {
        resident.latest.transferToHost(resident.staying.toArray());
      }
    } catch (RuntimeException e) {
      throw failure(ErrorClass.LAUNCH, chain, e);
    } finally {
      NativeOutput.flush();
    }
    Copies copies = Copies.NONE;
    for (Tensor tensor : chain.staying()) {
      copies = copies.plusOut(tensor.bytes());
    }
    return copies;
  }

  private SquallException failure(ErrorClass errorClass, Chain chain, Throwable cause) {
    try {
      forget(chain);
    } catch (RuntimeException e) {
      // What went wrong first is to be told.
      cause.addSuppressed(e);
    }
    Optional<String> compiler = workplace.flatMap(FpgaWorkplace::failure);
    return new SquallException(
        compiler.isPresent() ? ErrorClass.COMPILE : errorClass,
        "%s: %s".formatted(chain.describe(), compiler.orElseGet(() -> OneLine.rootOf(cause))),
        cause);
  }

  private Resident plan(Chain chain) {
    List<ProgramGraph.Part> parts = new ArrayList<>();
    for (Chain.Step step : chain.steps()) {
      if (!(step.variant() instanceof Variant.Device code)) {
        throw SquallException.unsupported(
            "%s: %s is host code".formatted(step.kernel().id(), step.variant().name()));
      }
      Program program = code.program().apply(step.call().sizes());
      if (workplace.isPresent()) {
        requireDistinctNames(program);
        workplace.get().nextPlan();
      }
      parts.add(new ProgramGraph.Part(program, step.call().inputs(), step.call().outputs()));
    }
    ProgramGraph graph = ProgramGraph.chain("g" + graphs++, parts, chain.home(), this::launch);
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.graph()).withDevice(device);
    // The profiler waits for every command, so that none of what is recorded may be profiled.
    plan = chain.recorded() ? plan.withCUDAGraph() : plan.withProfiler(ProfilerMode.SILENT);
    return new Resident(
        fpga ? plan : plan.withGridScheduler(graph.grids()),
        graph.staying(),
        2 * parts.size(),
        new ProfilerLog(
            chain.recorded() ? 0 : parts.stream().mapToInt(p -> p.program().tasks().size()).sum()));
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
    int most = Math.clamp(WorkGroups.most(device.getPhysicalDevice()), 1, 256);
    Grid grid = stated.launch(stated.global().size(), cpu, most);
    // Loops stride over what is cut off.
    return device.getTornadoVMBackend() == TornadoVMBackendType.PTX && !stated.local().isEmpty()
        ? WorkGroups.requireWhole(grid, device.getPhysicalDevice().getDeviceMaxWorkGroupSize())
        : grid;
  }

  @Override
  public void forget(Call call) {
    for (Chain chain : List.copyOf(plans.keySet())) {
      if (chain.steps().size() == 1 && chain.steps().getFirst().call().equals(call)) {
        forget(chain);
      }
    }
  }

  @Override
  public void forget(Chain chain) {
    Resident gone = plans.remove(chain);
    if (gone != null) {
      gone.plan.freeDeviceMemory();
    }
  }

  @Override
  public void close() {
    plans.values().forEach(resident -> resident.plan.freeDeviceMemory());
    plans.clear();
  }

  /** A plan whose arrays stay on the device. */
  private static final class Resident {
    private final TornadoExecutionPlan plan;
    private final List<Object> staying;
    private final int constants;
    private final ProfilerLog log;
    private TornadoExecutionResult latest;

    /**
     * @param staying arrays that come to the host on demand alone
     * @param constants arrays of dimensions and scalars, which move once beside the inputs
     */
    private Resident(
        TornadoExecutionPlan plan, List<Object> staying, int constants, ProfilerLog log) {
      this.plan = plan;
      this.staying = staying;
      this.constants = constants;
      this.log = log;
    }

    /** What the graph transfers when, in bytes of the tensors. */
    private Copies copies(Chain chain, boolean first) {
      return new Copies(
          first ? chain.inputs().size() + constants : 0,
          first ? bytes(chain.inputs()) : 0,
          chain.home().size(),
          bytes(chain.home()));
    }

    private static long bytes(Set<Tensor> tensors) {
      return tensors.stream().mapToLong(Tensor::bytes).sum();
    }

    /** Bytes as TornadoVM counted them; how many arrays, by what the graph transfers when. */
    private Copies copies(Chain chain, boolean first, TornadoProfilerResult clock) {
      return new Copies(
          first ? chain.inputs().size() + constants : 0,
          clock.getTotalBytesCopyIn(),
          chain.home().size(),
          clock.getTotalBytesCopyOut());
    }
  }
}
