package dev.squall.pipeline.graph;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernel calls and the tensors between them. Shapes, types and parameters are bound and checked
 * while the graph is built; a stage can only read what stands before it, so the order of the stages
 * is a topological one.
 *
 * @param externals type of each tensor that a run must bring, by name
 */
public record StageGraph(Map<String, TensorType> externals, List<Stage> stages) {
  public StageGraph {
    externals = Map.copyOf(externals);
    stages = List.copyOf(stages);
  }

  public Stage stage(String name) {
    return stages.stream()
        .filter(stage -> stage.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "no stage named %s; there are: %s"
                        .formatted(
                            name, String.join(", ", stages.stream().map(Stage::name).toList()))));
  }

  /** Bytes of all outputs of all stages. */
  public long outputBytes() {
    return stages.stream()
        .flatMap(
            stage ->
                stage.kernel().signature().outputs().stream()
                    .map(port -> Signature.type(port, stage.sizes())))
        .mapToLong(TensorType::bytes)
        .sum();
  }

  public long externalBytes() {
    return externals.values().stream().mapToLong(TensorType::bytes).sum();
  }

  /** Collects stages; every call checks what it is given. */
  public static final class Builder {
    private final Map<String, TensorType> externals = new LinkedHashMap<>();
    private final Map<String, Stage> stages = new LinkedHashMap<>();

    /** Declares a tensor that a run must bring. */
    public Builder external(String name, TensorType type) {
      if (externals.putIfAbsent(name, type) != null) {
        throw new IllegalArgumentException("two externals are called " + name);
      }
      return this;
    }

    public Builder stage(
        String name, Kernel kernel, Map<String, Source> inputs, Map<String, String> parameters) {
      return stage(name, kernel, inputs, parameters, Stage.Role.LINE);
    }

    /**
     * Adds a call of {@code kernel}.
     *
     * @throws SquallException INVALID_INPUT naming the stage and what does not fit
     */
    public Builder stage(
        String name,
        Kernel kernel,
        Map<String, Source> inputs,
        Map<String, String> parameters,
        Stage.Role role) {
      if (stages.containsKey(name)) {
        throw new IllegalArgumentException("two stages are called " + name);
      }
      Sizes sizes;
      try {
        Map<String, TensorType> types = new LinkedHashMap<>();
        inputs.forEach((port, source) -> types.put(port, type(source)));
        sizes = kernel.signature().bind(types, parameters);
      } catch (SquallException e) {
        throw new SquallException(e.errorClass(), "stage " + name + ": " + e.getMessage(), e);
      }
      stages.put(name, new Stage(name, kernel, sizes, inputs, role));
      return this;
    }

    public StageGraph build() {
      return new StageGraph(externals, new ArrayList<>(stages.values()));
    }

    private TensorType type(Source source) {
      return switch (source) {
        case Source.External external -> {
          TensorType type = externals.get(external.name());
          if (type == null) {
            throw missing(source);
          }
          yield type;
        }
        case Source.Output output -> {
          Stage stage = stages.get(output.stage());
          if (stage == null) {
            throw missing(source);
          }
          Port port = stage.kernel().signature().output(output.port());
          yield Signature.type(port, stage.sizes());
        }
      };
    }

    private static SquallException missing(Source source) {
      return SquallException.invalidInput(
          "reads %s, which does not stand before it".formatted(source));
    }
  }
}
