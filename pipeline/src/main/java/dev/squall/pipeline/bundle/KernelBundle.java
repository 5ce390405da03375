package dev.squall.pipeline.bundle;

import java.util.List;

/**
 * The manifest of one kernel method compiled for one target.
 *
 * @param code class that holds the method
 * @param file with the code, beside the manifest
 * @param entryPoint name of the kernel in the file
 * @param tornadoVersion TornadoVM that generated it
 * @param arguments the kernel's parameters in order: first those of {@link Leading}, by their key,
 *     then the method's arrays, by their names
 * @param headerBytes bytes in front of the elements of each array
 * @param dimensions of the launch
 * @param outermostFirst whether the first dimension is the outermost parallel loop
 * @param workGroup the work-group that the code is fixed to, first dimension first; empty if the
 *     launch may choose
 * @param sourceHash of the Java source it was made from; see {@link SourceHash}
 */
public record KernelBundle(
    BundleTarget target,
    String code,
    String method,
    String file,
    String entryPoint,
    String tornadoVersion,
    List<String> arguments,
    int headerBytes,
    int dimensions,
    boolean outermostFirst,
    List<Integer> workGroup,
    String sourceHash) {
  public KernelBundle {
    arguments = List.copyOf(arguments);
    workGroup = List.copyOf(workGroup);
  }

  /** The manifest of the same kernel in another form. */
  public KernelBundle as(BundleTarget otherTarget, String otherFile) {
    return new KernelBundle(
        otherTarget,
        code,
        method,
        otherFile,
        entryPoint,
        tornadoVersion,
        arguments,
        headerBytes,
        dimensions,
        outermostFirst,
        workGroup,
        sourceHash);
  }

  /** The arrays among the arguments. */
  public List<String> arrays() {
    return arguments.stream().filter(name -> !Leading.isKey(name)).toList();
  }

  /** What TornadoVM puts in front of a kernel's own arrays. */
  public enum Leading {
    /** Three 64-bit numbers: the global sizes. */
    KERNEL_CONTEXT("_kernel_context"),
    CONSTANT_REGION("_constant_region"),
    LOCAL_REGION("_local_region"),
    ATOMICS("_atomics");

    private final String key;

    Leading(String key) {
      this.key = key;
    }

    public String key() {
      return key;
    }

    static boolean isKey(String name) {
      return java.util.Arrays.stream(values()).anyMatch(leading -> leading.key.equals(name));
    }
  }
}
