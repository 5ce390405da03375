package uk.ac.manchester.tornado.api;

import java.util.List;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Outcome of one execution. */
public class TornadoExecutionResult {
  private final TornadoProfilerResult profile;
  private final List<ImmutableTaskGraph> graphs;

  TornadoExecutionResult(TornadoProfilerResult profile, List<ImmutableTaskGraph> graphs) {
    this.profile = profile;
    this.graphs = graphs;
  }

  public TornadoProfilerResult getProfilerResult() {
    return profile;
  }

  /**
   * Copies objects back on demand. On the JVM they are up to date already.
   *
   * @throws TornadoRuntimeException if no executed graph uses one of the objects
   */
  public TornadoExecutionResult transferToHost(Object... objects) {
    for (Object object : objects) {
      if (graphs.stream().noneMatch(graph -> graph.uses(object))) {
        throw new TornadoRuntimeException(
            "transferToHost: no executed task graph uses this "
                + object.getClass().getSimpleName());
      }
    }
    return this;
  }

  /** Always true: execution ends before the result exists. */
  public boolean isReady() {
    return true;
  }
}
