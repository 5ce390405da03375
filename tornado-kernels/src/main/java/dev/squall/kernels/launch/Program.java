package dev.squall.kernels.launch;

import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;

/**
 * A variant in TornadoVM's form for some sizes: tasks that run one after another on one device, the
 * scratch buffers between them, and the two small arrays that carry sizes and real parameters, so
 * that one compiled kernel serves every shape.
 *
 * @param scratch buffers beyond the ports, by name
 */
public record Program(
    List<Task> tasks, Map<String, TensorType> scratch, List<Integer> dims, List<Float> scalars) {
  public Program {
    tasks = List.copyOf(tasks);
    scratch = Map.copyOf(scratch);
    dims = List.copyOf(dims);
    scalars = List.copyOf(scalars);
  }

  public static Program of(Task task, List<Integer> dims, List<Float> scalars) {
    return new Program(List.of(task), Map.of(), dims, scalars);
  }

  public long scratchBytes() {
    return scratch.values().stream().mapToLong(TensorType::bytes).sum();
  }
}
