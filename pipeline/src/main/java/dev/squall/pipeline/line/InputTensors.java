package dev.squall.pipeline.line;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user's tensors by the part they play. A tensor plays {@code q} if that is its name or its
 * name ends in {@code .q}; a prefix narrows the choice where several do.
 */
final class InputTensors {
  private final Map<String, Tensor> tensors;
  private final Optional<String> prefix;

  /**
   * @throws SquallException INVALID_INPUT if no tensor has the prefix
   */
  InputTensors(Map<String, Tensor> tensors, Optional<String> prefix) {
    this.tensors = tensors;
    this.prefix = prefix;
    if (prefix.isPresent()
        && tensors.keySet().stream().noneMatch(name -> name.startsWith(prefix.get() + "."))) {
      throw SquallException.invalidInput(
          "no tensor has the prefix %s; there are: %s"
              .formatted(prefix.get(), String.join(", ", tensors.keySet())));
    }
  }

  /**
   * @throws SquallException INVALID_INPUT if several tensors could be meant
   */
  Optional<Tensor> find(String role) {
    if (prefix.isPresent() && tensors.containsKey(prefix.get() + "." + role)) {
      return Optional.of(tensors.get(prefix.get() + "." + role));
    }
    if (tensors.containsKey(role)) {
      return Optional.of(tensors.get(role));
    }
    List<String> names =
        tensors.keySet().stream().filter(name -> name.endsWith("." + role)).sorted().toList();
    if (names.size() > 1) {
      throw SquallException.invalidInput(
          "several tensors could be %s: %s; choose with --prefix %s"
              .formatted(role, String.join(", ", names), withoutRole(names.getLast(), role)));
    }
    return names.stream().findFirst().map(tensors::get);
  }

  /** Whether all of {@code roles} are there. */
  boolean has(String... roles) {
    for (String role : roles) {
      if (find(role).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  Tensor get(String role) {
    return find(role).orElseThrow();
  }

  private static String withoutRole(String name, String role) {
    return name.substring(0, name.length() - role.length() - 1);
  }
}
