package dev.squall.kernels.launch;

import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * A program bound to the tensors of a call, as a TornadoVM task graph. The arrays share memory with
 * the tensors wherever these have a header.
 *
 * @param grids work-groups of the tasks that state them
 * @param staying arrays of outputs that come to the host on demand alone
 */
public record ProgramGraph(ImmutableTaskGraph graph, GridScheduler grids, List<Object> staying) {
  public ProgramGraph {
    staying = List.copyOf(staying);
  }

  /**
   * A program for the JVM, where annotated loops run as written.
   *
   * @param name the graph's name, a Java identifier
   */
  public static ProgramGraph build(
      String name, Program program, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    return build(name, program, inputs, outputs, UnaryOperator.identity());
  }

  /**
   * A program for a device. Inputs move to it once, since nothing changes them.
   *
   * @param name the graph's name, a Java identifier
   * @param launch the grid to launch a task with, given the one that it states; a grid without a
   *     work-group leaves the choice to TornadoVM
   */
  public static ProgramGraph build(
      String name,
      Program program,
      Map<String, Tensor> inputs,
      Map<String, Tensor> outputs,
      UnaryOperator<Grid> launch) {
    return chain(
        name, List.of(new Part(program, inputs, outputs)), Set.copyOf(outputs.values()), launch);
  }

  /** One program of a chain, with the tensors of its call. */
  public record Part(Program program, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {}

  /**
   * Programs that run one after another in one graph: what one writes and a later one reads stays
   * on the device. Inputs move to it once, since nothing changes them.
   *
   * @param name the graph's name, a Java identifier
   * @param home outputs that every execution brings back; the others come on demand
   * @param launch as for a single program
   */
  public static ProgramGraph chain(
      String name, List<Part> parts, Set<Tensor> home, UnaryOperator<Grid> launch) {
    Map<Tensor, Object> arrays = new HashMap<>();
    Set<Tensor> known = new HashSet<>();
    TaskGraph graph = new TaskGraph(name);
    GridScheduler grids = new GridScheduler();
    List<Object> staying = new ArrayList<>();
    List<Object> scratch = new ArrayList<>();
    int number = 0;
    for (Part part : parts) {
      Bound arguments = new Bound(part, arrays);
      for (Tensor input : part.inputs().values()) {
        if (known.add(input)) {
          graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, arguments.array(input));
        }
      }
      graph.transferToDevice(
          DataTransferMode.FIRST_EXECUTION, arguments.dims(), arguments.scalars());
      for (Task task : part.program().tasks()) {
        String id = "t" + number++ + "_" + task.method();
        task.wiring().add(graph, id, arguments);
        Grid grid = launch.apply(task.grid());
        if (!grid.local().isEmpty()) {
          grids.addWorkerGrid(name + "." + id, workers(grid));
        }
      }
      known.addAll(part.outputs().values());
      scratch.addAll(arguments.usedScratch());
    }
    // Never asked for: TornadoVM lets go of those arrays alone that are copied somewhere.
    scratch.forEach(buffer -> graph.transferToHost(DataTransferMode.UNDER_DEMAND, buffer));
    for (Part part : parts) {
      for (Tensor output : part.outputs().values()) {
        Object array = arrays.get(output);
        if (home.contains(output)) {
          graph.transferToHost(DataTransferMode.EVERY_EXECUTION, array);
        } else {
          graph.transferToHost(DataTransferMode.UNDER_DEMAND, array);
          staying.add(array);
        }
      }
    }
    return new ProgramGraph(graph.snapshot(), grids, staying);
  }

  private static WorkerGrid workers(Grid grid) {
    int[] global = grid.global().stream().mapToInt(Integer::intValue).toArray();
    int[] local = grid.local().stream().mapToInt(Integer::intValue).toArray();
    WorkerGrid workers =
        switch (global.length) {
          case 1 -> new WorkerGrid1D(global[0]);
          case 2 -> new WorkerGrid2D(global[0], global[1]);
          case 3 -> new WorkerGrid3D(global[0], global[1], global[2]);
          default -> throw new IllegalArgumentException("grid of " + global.length + " dimensions");
        };
    workers.setLocalWork(
        local[0], local.length > 1 ? local[1] : 1, local.length > 2 ? local[2] : 1);
    return workers;
  }

  /** The tensors of a call and a program's scratch as arrays of the TornadoVM API, made once. */
  private static final class Bound implements Arguments {
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<Tensor, Object> arrays;
    private final Set<String> scratch;
    private final IntArray dims;
    private final FloatArray scalars;

    /**
     * @param arrays of the programs before; a tensor is one array for all of them
     */
    private Bound(Part part, Map<Tensor, Object> arrays) {
      this.arrays = arrays;
      Program program = part.program();
      scratch = program.scratch().keySet();
      tensors.putAll(part.inputs());
      tensors.putAll(part.outputs());
      program.scratch().forEach((name, type) -> tensors.put(name, Tensor.allocate(type)));
      dims = IntArray.fromArray(program.dims().stream().mapToInt(Integer::intValue).toArray());
      // An empty array is no task argument, so one unused element stands in.
      scalars = new FloatArray(Math.max(1, program.scalars().size()));
      scalars.set(0, 0f);
      for (int i = 0; i < program.scalars().size(); i++) {
        scalars.set(i, program.scalars().get(i));
      }
    }

    /** The scratch that tasks were given. */
    private List<Object> usedScratch() {
      return scratch.stream().map(tensors::get).map(arrays::get).filter(Objects::nonNull).toList();
    }

    private Object array(String name) {
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException("no array " + name + " in " + tensors.keySet());
      }
      return array(tensor);
    }

    private Object array(Tensor of) {
      return arrays.computeIfAbsent(
          of,
          tensor ->
              switch (tensor.type()) {
                case F32 -> FloatArray.fromSegmentShallow(tensor.withHeader());
                case I32 -> IntArray.fromSegmentShallow(tensor.withHeader());
                case I64 -> LongArray.fromSegmentShallow(tensor.withHeader());
                case I8, U8, BOOL -> ByteArray.fromSegmentShallow(tensor.withHeader());
                case F64, F16, BF16, I16, U64, U32, U16 ->
                    throw new IllegalArgumentException("no kernel takes " + tensor);
              });
    }

    @Override
    public FloatArray f32(String name) {
      return (FloatArray) array(name);
    }

    @Override
    public IntArray i32(String name) {
      return (IntArray) array(name);
    }

    @Override
    public LongArray i64(String name) {
      return (LongArray) array(name);
    }

    @Override
    public ByteArray bytes(String name) {
      return (ByteArray) array(name);
    }

    @Override
    public IntArray dims() {
      return dims;
    }

    @Override
    public FloatArray scalars() {
      return scalars;
    }

    @Override
    public KernelContext context() {
      return new KernelContext();
    }
  }
}
