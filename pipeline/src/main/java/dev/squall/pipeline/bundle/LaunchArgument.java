package dev.squall.pipeline.bundle;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.launch.TaskArguments;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What to hand to a bundle's kernel as one of its parameters. */
public sealed interface LaunchArgument {
  /** Of regions that our kernels do not use. */
  long UNUSED_BYTES = 64;

  /** A buffer with the {@linkplain #sizes global sizes}. */
  record GlobalSizes() implements LaunchArgument {}

  /** Local memory of {@link #UNUSED_BYTES}. */
  record Local() implements LaunchArgument {}

  /** A buffer of {@link #UNUSED_BYTES}. */
  record Unused() implements LaunchArgument {}

  /** The buffer of a tensor, header included. */
  record Array(Tensor tensor) implements LaunchArgument {}

  /**
   * The arguments of a task in the kernel's order.
   *
   * @throws SquallException COMPILE if the bundle was made of another method
   */
  static List<LaunchArgument> of(KernelBundle bundle, Task task, ProgramArrays arrays) {
    List<String> names = TaskArguments.arrays(task);
    List<String> taken = bundle.arrays();
    if (bundle.headerBytes() != Tensor.HEADER_BYTES || taken.size() != names.size()) {
      throw new SquallException(
          ErrorClass.COMPILE,
          "kernel bundle %s takes %d arrays with headers of %d bytes, the kernel %d with %d; ./squall bundle build makes it anew"
              .formatted(
                  bundle.file(),
                  taken.size(),
                  bundle.headerBytes(),
                  names.size(),
                  Tensor.HEADER_BYTES));
    }
    List<LaunchArgument> arguments = new ArrayList<>();
    int array = 0;
    for (String argument : bundle.arguments()) {
      if (argument.equals(KernelBundle.Leading.LOCAL_REGION.key())) {
        arguments.add(new Local());
      } else if (argument.equals(KernelBundle.Leading.KERNEL_CONTEXT.key())) {
        arguments.add(new GlobalSizes());
      } else if (taken.contains(argument)) {
        arguments.add(new Array(arrays.get(names.get(array++))));
      } else {
        arguments.add(new Unused());
      }
    }
    return List.copyOf(arguments);
  }

  /** The kernel context of TornadoVM: three global sizes. */
  static long[] sizes(LaunchSize size) {
    long[] sizes = {1, 1, 1};
    for (int i = 0; i < size.global().size(); i++) {
      sizes[i] = size.global().get(i);
    }
    return sizes;
  }
}
