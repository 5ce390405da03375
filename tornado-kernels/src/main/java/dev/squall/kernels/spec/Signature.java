package dev.squall.kernels.spec;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What a kernel is called, takes and gives: id, ports with symbolic shapes, parameters, extents
 * that follow from others, and the conditions between them.
 */
public final class Signature {
  /** The one symbol of an input of any shape; it stands for the number of elements. */
  public static final String ANY = "any";

  private final String id;
  private final String summary;
  private final List<Port> inputs;
  private final List<Port> outputs;
  private final List<Parameter> parameters;
  private final Map<String, ToLongFunction<Sizes>> derived;
  private final List<Function<Sizes, String>> conditions;

  private Signature(Builder builder) {
    this.id = builder.id;
    this.summary = builder.summary;
    this.inputs = List.copyOf(builder.inputs);
    this.outputs = List.copyOf(builder.outputs);
    this.parameters = List.copyOf(builder.parameters);
    this.derived = new LinkedHashMap<>(builder.derived);
    this.conditions = List.copyOf(builder.conditions);
  }

  public static Builder of(String id, String summary) {
    return new Builder(id, summary);
  }

  public String id() {
    return id;
  }

  public String summary() {
    return summary;
  }

  public List<Port> inputs() {
    return inputs;
  }

  public List<Port> outputs() {
    return outputs;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** The output named {@code name}, or an INVALID_INPUT that lists the names there are. */
  public Port output(String name) {
    return find(outputs, name, "output");
  }

  /** The input named {@code name}, or an INVALID_INPUT that lists the names there are. */
  public Port input(String name) {
    return find(inputs, name, "input");
  }

  /**
   * Binds shapes and parameter texts to numbers and checks every condition.
   *
   * @param shapes type and shape of each input given, by port name
   * @param texts parameter values as the user wrote them; absent ones take their default
   * @throws SquallException INVALID_INPUT naming the kernel, the port or parameter and the value
   */
  public Sizes bind(Map<String, TensorType> shapes, Map<String, String> texts) {
    shapes.keySet().forEach(this::input);
    Map<String, Object> values = parameterValues(texts);
    Map<String, Long> dims = new LinkedHashMap<>();
    Map<String, String> boundBy = new LinkedHashMap<>();
    for (Port port : inputs) {
      TensorType given = shapes.get(port.name());
      if (given != null) {
        bindPort(port, port.type(values), given, dims, boundBy);
      } else if (!port.optional()) {
        throw invalid("input %s is missing".formatted(port));
      }
    }
    Sizes sizes = new Sizes(dims, values, optionalGiven(shapes));
    for (Map.Entry<String, ToLongFunction<Sizes>> entry : derived.entrySet()) {
      long extent = entry.getValue().applyAsLong(sizes);
      Long given = sizes.dims().get(entry.getKey());
      if (given != null && given != extent) {
        throw invalid(
            "%s must be %d for these inputs and parameters, %s has %d"
                .formatted(entry.getKey(), extent, boundBy.get(entry.getKey()), given));
      }
      sizes = sizes.with(Map.of(entry.getKey(), extent));
    }
    for (Function<Sizes, String> condition : conditions) {
      String complaint = condition.apply(sizes);
      if (complaint != null) {
        throw invalid(complaint);
      }
    }
    return sizes;
  }

  /** The parameter texts that {@link #bind} makes {@code sizes} of; defaults are left out. */
  public Map<String, String> parameterTexts(Sizes sizes) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      Object value = sizes.parameters().get(parameter.name());
      if (!parameter.defaultValue().equals(value)) {
        texts.put(parameter.name(), String.valueOf(value));
      }
    }
    return texts;
  }

  /** Element type and shape of {@code port} under {@code sizes}. */
  public static TensorType type(Port port, Sizes sizes) {
    return new TensorType(
        port.type(sizes.parameters()), port.dims().stream().map(sizes::dim).toList());
  }

  /** Fresh, poisoned tensors for all outputs. */
  public Map<String, Tensor> allocateOutputs(Sizes sizes) {
    return allocateOutputs(sizes, TensorMemory.PRIVATE);
  }

  /** Fresh, poisoned tensors for all outputs in memory of the caller's choice. */
  public Map<String, Tensor> allocateOutputs(Sizes sizes, TensorMemory memory) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Port port : outputs) {
      tensors.put(port.name(), Tensor.allocate(memory, type(port, sizes)).poison());
    }
    return tensors;
  }

  private Set<String> optionalGiven(Map<String, TensorType> shapes) {
    return inputs.stream()
        .filter(port -> port.optional() && shapes.containsKey(port.name()))
        .map(Port::name)
        .collect(Collectors.toSet());
  }

  private void bindPort(
      Port port,
      ElementType type,
      TensorType given,
      Map<String, Long> dims,
      Map<String, String> boundBy) {
    if (given.type() != type) {
      String why =
          port.alternative() == null
              ? ""
              : ": its type depends on the parameter " + port.alternative().parameter();
      throw invalid(
          "input %s must be %s, got %s%s".formatted(port.name(), type.label(), given, why));
    }
    if (port.dims().equals(List.of(ANY))) {
      bindAny(port, given, dims, boundBy);
      return;
    }
    if (given.shape().size() != port.dims().size()) {
      throw invalid(
          "input %s must have shape [%s], got %s"
              .formatted(port.name(), String.join(",", port.dims()), given));
    }
    for (int axis = 0; axis < port.dims().size(); axis++) {
      String symbol = port.dims().get(axis);
      long extent = given.shape().get(axis);
      if (extent < 1) {
        throw invalid("input %s has no elements: %s".formatted(port.name(), given));
      }
      Long before = dims.putIfAbsent(symbol, extent);
      if (before != null && before != extent) {
        throw invalid(
            "input %s has %s = %d, but %s has %s = %d"
                .formatted(port.name(), symbol, extent, boundBy.get(symbol), symbol, before));
      }
      boundBy.putIfAbsent(symbol, port.name());
    }
  }

  private void bindAny(
      Port port, TensorType given, Map<String, Long> dims, Map<String, String> boundBy) {
    long elements = given.elements();
    if (elements < 1) {
      throw invalid("input %s has no elements: %s".formatted(port.name(), given));
    }
    dims.put(ANY, elements);
    boundBy.put(ANY, port.name());
  }

  private Map<String, Object> parameterValues(Map<String, String> texts) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String name : texts.keySet()) {
      if (parameters.stream().noneMatch(p -> p.name().equals(name))) {
        throw invalid(
            "unknown parameter %s; there are: %s"
                .formatted(
                    name, String.join(", ", parameters.stream().map(Parameter::name).toList())));
      }
    }
    for (Parameter parameter : parameters) {
      String text = texts.get(parameter.name());
      try {
        values.put(
            parameter.name(), text == null ? parameter.defaultValue() : parameter.parse(text));
      } catch (SquallException e) {
        throw invalid(e.getMessage());
      }
    }
    return values;
  }

  private Port find(List<Port> ports, String name, String role) {
    return ports.stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                invalid(
                    "no %s named %s; there are: %s"
                        .formatted(
                            role,
                            name,
                            String.join(", ", ports.stream().map(Port::name).toList()))));
  }

  private SquallException invalid(String message) {
    return SquallException.invalidInput(id + ": " + message);
  }

  @Override
  public String toString() {
    return id + " " + inputs + " → " + outputs;
  }

  /** Collects the parts of a signature in the order in which readers meet them. */
  public static final class Builder {
    private final String id;
    private final String summary;
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, ToLongFunction<Sizes>> derived = new LinkedHashMap<>();
    private final List<Function<Sizes, String>> conditions = new ArrayList<>();

    private Builder(String id, String summary) {
      this.id = id;
      this.summary = summary;
    }

    public Builder in(String name, ElementType type, String... dims) {
      inputs.add(new Port(name, type, List.of(dims), false));
      return this;
    }

    /** An input whose element type is another one under one value of a choice parameter. */
    public Builder in(String name, ElementType type, Port.Alternative alternative, String... dims) {
      inputs.add(new Port(name, type, List.of(dims), false, alternative));
      return this;
    }

    public Builder optionalIn(String name, ElementType type, String... dims) {
      inputs.add(new Port(name, type, List.of(dims), true));
      return this;
    }

    public Builder out(String name, ElementType type, String... dims) {
      outputs.add(new Port(name, type, List.of(dims), false));
      return this;
    }

    /** An output whose element type is another one under one value of a choice parameter. */
    public Builder out(
        String name, ElementType type, Port.Alternative alternative, String... dims) {
      outputs.add(new Port(name, type, List.of(dims), false, alternative));
      return this;
    }

    public Builder parameter(Parameter parameter) {
      parameters.add(parameter);
      return this;
    }

    /** An extent that follows from others; also checked where an input names it. */
    public Builder derive(String symbol, ToLongFunction<Sizes> extent) {
      derived.put(symbol, extent);
      return this;
    }

    /** A condition that answers null when it holds, else what is wrong. */
    public Builder require(Function<Sizes, String> condition) {
      conditions.add(condition);
      return this;
    }

    public Signature build() {
      return new Signature(this);
    }
  }
}
