package dev.squall.pipeline.model.attention;

import dev.squall.kernels.error.SquallException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A method whose settings differ from layer to layer.
 *
 * @param parameters as reports show them
 */
record LayeredAttention(String name, Map<String, String> parameters, Binder binder)
    implements PrefillAttention {

  /** Binds one layer's form of the method. */
  @FunctionalInterface
  interface Binder {
    LayerAttention bind(int layer, AttentionTensors tensors);
  }

  private record Layer(LayeredAttention all, int layer) implements PrefillAttention {
    @Override
    public String name() {
      return all.name();
    }

    @Override
    public Map<String, String> parameters() {
      return all.parameters();
    }

    @Override
    public LayerAttention bind(AttentionTensors tensors) {
      return all.binder().bind(layer, tensors);
    }
  }

  LayeredAttention {
    parameters = new TreeMap<>(parameters);
  }

  @Override
  public PrefillAttention ofLayer(int layer) {
    return new Layer(this, layer);
  }

  @Override
  public LayerAttention bind(AttentionTensors tensors) {
    throw SquallException.unsupported(name + " has settings of its own for each layer");
  }
}
