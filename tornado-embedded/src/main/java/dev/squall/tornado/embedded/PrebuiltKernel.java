package dev.squall.tornado.embedded;

import dev.squall.tornado.embedded.workgroup.NdRange;
import java.nio.file.Path;
import java.util.List;
import uk.ac.manchester.tornado.api.common.Access;

/**
 * A launch of device code from a file.
 *
 * @param task full name of the task, for messages
 * @param entryPoint name of the kernel in the file
 * @param parameters the kernel's own parameters, in order
 * @param atomics initial values of the atomic counters
 */
public record PrebuiltKernel(
    String task,
    String entryPoint,
    Path file,
    List<Parameter> parameters,
    int[] atomics,
    NdRange range) {

  /** A parameter and the way the kernel uses it. */
  public record Parameter(Object value, Access access) {}
}
