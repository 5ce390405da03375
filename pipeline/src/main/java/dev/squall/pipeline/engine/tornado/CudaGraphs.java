package dev.squall.pipeline.engine.tornado;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * Recordings of a whole task graph by NVIDIA's driver: a run then costs one launch instead of one
 * for each kernel and copy.
 */
final class CudaGraphs {
  /** Turns them off, so that chains are launched command by command. */
  static final String VARIABLE = "SQUALL_CUDA_GRAPHS";

  private static final Set<TornadoVMBackendType> HAVE_THEM =
      EnumSet.of(TornadoVMBackendType.PTX, TornadoVMBackendType.CUDA);

  private static final Set<String> OFF = Set.of("0", "off", "false", "no");

  private CudaGraphs() {}

  /** Whether chains on a back end can be recorded. */
  static boolean serve(TornadoVMBackendType backend, Map<String, String> environment) {
    return HAVE_THEM.contains(backend)
        && !OFF.contains(environment.getOrDefault(VARIABLE, "").strip().toLowerCase(Locale.ROOT));
  }
}
