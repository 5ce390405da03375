package dev.squall.pipeline.bundle;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a session has made of each call, to run it again without compiling or binding.
 *
 * @param <P> a program bound to a call
 */
public final class BoundCalls<P> {
  private final Map<Key, P> bound = new HashMap<>();

  public Optional<P> find(Kernel kernel, Variant variant, Call call) {
    return Optional.ofNullable(bound.get(key(kernel, variant, call)));
  }

  public void put(Kernel kernel, Variant variant, Call call, P program) {
    bound.put(key(kernel, variant, call), program);
  }

  /** All programs that are bound. */
  public List<P> all() {
    return List.copyOf(bound.values());
  }

  /** Takes out the programs of a call, which the caller has to close. */
  public List<P> remove(Call call) {
    List<P> removed = new ArrayList<>();
    for (Key key : List.copyOf(bound.keySet())) {
      if (key.call().equals(call)) {
        removed.add(bound.remove(key));
      }
    }
    return removed;
  }

  /** The tensors of a call that no bound program uses. */
  public List<Tensor> unused(Call call) {
    List<Tensor> unused = new ArrayList<>(call.inputs().values());
    unused.addAll(call.outputs().values());
    unused.removeIf(tensor -> bound.keySet().stream().anyMatch(key -> key.uses(tensor)));
    return unused;
  }

  private static Key key(Kernel kernel, Variant variant, Call call) {
    return new Key(kernel.id(), variant.name(), call);
  }

  private record Key(String kernel, String variant, Call call) {
    private boolean uses(Tensor tensor) {
      return call.inputs().containsValue(tensor) || call.outputs().containsValue(tensor);
    }
  }
}
