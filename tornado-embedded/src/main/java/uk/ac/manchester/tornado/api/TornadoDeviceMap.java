package uk.ac.manchester.tornado.api;

import java.util.List;
import java.util.function.Predicate;

/** The back ends there are: here one, the JVM. */
public class TornadoDeviceMap {
  private final List<TornadoBackend> backends = List.of(new JvmBackend());

  public int getNumBackends() {
    return backends.size();
  }

  public List<TornadoBackend> getAllBackends() {
    return backends;
  }

  public List<TornadoBackend> getBackendsWithPredicate(
      Predicate<? super TornadoBackend> predicate) {
    return backends.stream().filter(predicate).toList();
  }
}
