package dev.squall.pipeline.bundle;

import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.TaskArguments;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arrays of a program bound to a call, by the names that {@link TaskArguments} uses.
 *
 * @param ports inputs and outputs of the call
 * @param scratch buffers between tasks
 */
public record ProgramArrays(
    Map<String, Tensor> ports, Map<String, Tensor> scratch, Tensor dims, Tensor scalars) {

  public static ProgramArrays of(Program program, Call call) {
    Map<String, Tensor> ports = new HashMap<>(call.inputs());
    ports.putAll(call.outputs());
    Map<String, Tensor> scratch = new HashMap<>();
    program.scratch().forEach((name, type) -> scratch.put(name, Tensor.allocate(type)));
    Tensor dims = Tensor.allocate(ElementType.I32, Math.max(1, program.dims().size()));
    for (int i = 0; i < program.dims().size(); i++) {
      dims.i32(i, program.dims().get(i));
    }
    // A buffer cannot be empty, so one unused element stands in.
    Tensor scalars = Tensor.allocate(ElementType.F32, Math.max(1, program.scalars().size()));
    for (int i = 0; i < program.scalars().size(); i++) {
      scalars.f32(i, program.scalars().get(i));
    }
    return new ProgramArrays(ports, scratch, dims, scalars);
  }

  /**
   * @throws IllegalArgumentException if the program has no such array
   */
  public Tensor get(String name) {
    Tensor tensor =
        switch (name) {
          case TaskArguments.DIMS -> dims;
          case TaskArguments.SCALARS -> scalars;
          default -> ports.getOrDefault(name, scratch.get(name));
        };
    if (tensor == null) {
      throw new IllegalArgumentException(
          "no array " + name + " in " + ports.keySet() + scratch.keySet());
    }
    return tensor;
  }

  /** The tensors that belong to the program and not to the call. */
  public List<Tensor> own() {
    List<Tensor> own = new ArrayList<>(scratch.values());
    own.add(dims);
    own.add(scalars);
    return own;
  }
}
