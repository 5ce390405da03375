package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The methods of decoding that there are, by name: which cached keys a generated token sees. */
public final class DecodeMethods {
  /** Tokens to keep, by whatever name a method's kernel calls them. */
  public static final String BUDGET = "budget";

  /**
   * A method that follows a kernel of the catalogue and takes its parameters.
   *
   * @param budget the kernel's parameter for {@link #BUDGET}
   */
  private record Method(
      String kernel, String budget, BiFunction<Kernel, Map<String, String>, DecodeKeys> keys) {}

  private static final String DENSE = "dense";
  private static final Map<String, Method> METHODS = new LinkedHashMap<>();

  static {
    METHODS.put(
        "quest",
        new Method(
            "frontier.quest",
            BUDGET,
            (kernel, parameters) -> new QuestKeys(check(kernel, parameters))));
    METHODS.put("snapkv", keeping("snapkv", "frontier.snapkv"));
    METHODS.put("ada-snapkv", keeping("ada-snapkv", "frontier.ada_snapkv"));
  }

  private DecodeMethods() {}

  private static Method keeping(String name, String kernel) {
    return new Method(
        kernel,
        "capacity",
        (it, parameters) -> {
          check(it, parameters);
          return new KeptTokens(name, it, parameters);
        });
  }

  /** Dense first. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(METHODS.keySet());
    names.addFirst(DENSE);
    return List.copyOf(names);
  }

  /**
   * Parameters of a method that users may set, {@link #BUDGET} first; none where there are none.
   */
  public static List<String> parameters(String name) {
    List<String> parameters = new ArrayList<>();
    Method method = METHODS.get(name);
    if (method != null) {
      parameters.add(BUDGET);
      KernelCatalog.load().kernel(method.kernel()).signature().parameters().stream()
          .map(Parameter::name)
          .filter(it -> !it.equals(BUDGET))
          .forEach(parameters::add);
    }
    return List.copyOf(parameters);
  }

  /**
   * A method for one generation at a time; it begins anew with each prompt.
   *
   * @param parameters {@link #BUDGET} and those of the method's kernel; absent ones take their
   *     default. A budget of all tokens or more is dense.
   * @throws SquallException INVALID_INPUT for a name that is none, listing those there are, and for
   *     parameters that the method does not take
   */
  public static DecodeKeys method(String name, Map<String, String> parameters) {
    if (name.equals(DENSE)) {
      if (!parameters.isEmpty()) {
        throw SquallException.invalidInput(
            "dense decoding has no parameter %s; it keeps all keys"
                .formatted(
                    parameters.keySet().stream().sorted().collect(Collectors.joining(", "))));
      }
      return DecodeKeys.dense();
    }
    Method method = METHODS.get(name);
    if (method == null) {
      throw SquallException.invalidInput(
          "no method of decoding named %s; there are: %s"
              .formatted(name, String.join(", ", names())));
    }
    Map<String, String> own = new HashMap<>(parameters);
    String budget = own.remove(BUDGET);
    if (budget != null) {
      own.put(method.budget(), budget);
    }
    return method.keys().apply(KernelCatalog.load().kernel(method.kernel()), own);
  }

  /** The kernel's parameters, checked on one token. */
  private static Sizes check(Kernel kernel, Map<String, String> parameters) {
    TensorType one = new TensorType(ElementType.F32, List.of(1L, 1L, 1L));
    return kernel.signature().bind(Map.of("q", one, "k", one, "v", one), parameters);
  }
}
