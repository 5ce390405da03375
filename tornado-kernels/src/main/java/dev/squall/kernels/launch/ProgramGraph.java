package dev.squall.kernels.launch;

import dev.squall.kernels.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
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

/**
 * A program bound to the tensors of a call, as a TornadoVM task graph. The arrays share memory with
 * the tensors wherever these have a header.
 *
 * @param grids work-groups of the tasks that state them
 */
public record ProgramGraph(ImmutableTaskGraph graph, GridScheduler grids) {

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
    Bound arguments = new Bound(program, inputs, outputs);
    TaskGraph graph = new TaskGraph(name);
    GridScheduler grids = new GridScheduler();
    inputs
        .keySet()
        .forEach(
            port ->
                graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, arguments.array(port)));
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, arguments.dims(), arguments.scalars());
    for (int i = 0; i < program.tasks().size(); i++) {
      Task task = program.tasks().get(i);
      String id = "t" + i + "_" + task.method();
      task.wiring().add(graph, id, arguments);
      Grid grid = launch.apply(task.grid());
      if (!grid.local().isEmpty()) {
        grids.addWorkerGrid(name + "." + id, workers(grid));
      }
    }
    outputs
        .keySet()
        .forEach(
            port -> graph.transferToHost(DataTransferMode.EVERY_EXECUTION, arguments.array(port)));
    return new ProgramGraph(graph.snapshot(), grids);
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
    private final Map<String, Object> arrays = new HashMap<>();
    private final IntArray dims;
    private final FloatArray scalars;

    private Bound(Program program, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
      tensors.putAll(inputs);
      tensors.putAll(outputs);
      program.scratch().forEach((name, type) -> tensors.put(name, Tensor.allocate(type)));
      dims = IntArray.fromArray(program.dims().stream().mapToInt(Integer::intValue).toArray());
      // An empty array is no task argument, so one unused element stands in.
      scalars = new FloatArray(Math.max(1, program.scalars().size()));
      scalars.set(0, 0f);
      for (int i = 0; i < program.scalars().size(); i++) {
        scalars.set(i, program.scalars().get(i));
      }
    }

    private Object array(String name) {
      return arrays.computeIfAbsent(
          name,
          key -> {
            Tensor tensor = tensors.get(key);
            if (tensor == null) {
              throw new IllegalArgumentException("no array " + key + " in " + tensors.keySet());
            }
            return switch (tensor.type()) {
              case F32 -> FloatArray.fromSegmentShallow(tensor.withHeader());
              case I32 -> IntArray.fromSegmentShallow(tensor.withHeader());
              case I8, U8, BOOL -> ByteArray.fromSegmentShallow(tensor.withHeader());
              case F64, F16, BF16, I64, I16, U64, U32, U16 ->
                  throw new IllegalArgumentException("no kernel takes " + tensor);
            };
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
