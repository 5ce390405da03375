package dev.squall.pipeline.bundle.build;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.measure.RandomInputs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Small calls of a kernel that together make it use every kernel method it has: all combinations of
 * its choices and flags, and of real parameters that are off or on, with and without its optional
 * inputs. Extents are multiples of 64, which TornadoVM asks for on FPGAs.
 */
final class SampleCalls {
  private static final Map<String, Long> EXTENTS =
      Map.ofEntries(
          Map.entry("H", 2L),
          Map.entry("Hk", 1L),
          Map.entry("L", 128L),
          Map.entry("D", 64L),
          Map.entry("C", 64L),
          Map.entry("N", 16L),
          Map.entry("G", 1L),
          Map.entry("W", 4L),
          Map.entry("B", 1L),
          Map.entry("M", 64L),
          Map.entry("stored", 576L));

  /** Columns of a matrix that both formats of {@code stored} elements fill by whole rows. */
  private static final long SEED_COLUMNS = 64;

  /** Tokens of more than one chunk of a scan. */
  private static final long LONG_SCAN = 512;

  private SampleCalls() {}

  static List<Call> of(Kernel kernel) {
    List<Call> calls = new ArrayList<>();
    for (Map<String, String> parameters : combinations(kernel)) {
      Map<String, Tensor> inputs;
      try {
        inputs = RandomInputs.ofSeed(1).generate(kernel.signature(), extents(kernel), parameters);
        calls.add(Call.of(kernel, inputs, parameters));
      } catch (SquallException e) {
        continue; // choices that exclude each other
      }
      Map<String, Tensor> required = new LinkedHashMap<>(inputs);
      kernel.signature().inputs().stream()
          .filter(Port::optional)
          .forEach(port -> required.remove(port.name()));
      if (required.size() < inputs.size()) {
        calls.add(Call.of(kernel, required, parameters));
      }
    }
    return calls;
  }

  /** The extents that no other follows from; blocks and groups follow from the tokens. */
  private static Map<String, Long> extents(Kernel kernel) {
    Map<String, Long> extents = new HashMap<>();
    for (Port port : kernel.signature().inputs()) {
      for (String symbol : port.dims()) {
        switch (symbol) {
          case "NB" -> extents.put("L", EXTENTS.get("L"));
          case "G" ->
              extents.putAll(
                  kernel.id().startsWith("xattention.")
                      ? Map.of("L", EXTENTS.get("L"))
                      : Map.of("G", EXTENTS.get("G")));
          default -> {
            if (EXTENTS.containsKey(symbol)) {
              extents.put(symbol, EXTENTS.get(symbol));
            }
          }
        }
      }
    }
    if (kernel.id().startsWith("seedlm.") && extents.containsKey("stored")) {
      boolean columns =
          kernel.signature().inputs().stream().anyMatch(port -> port.dims().contains("K"));
      if (columns) {
        extents.put("K", SEED_COLUMNS);
      }
    }
    if (kernel.id().startsWith("mamba.")) {
      extents.replace("L", LONG_SCAN);
    }
    return extents;
  }

  private static List<Map<String, String>> combinations(Kernel kernel) {
    List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
    for (Parameter parameter : kernel.signature().parameters()) {
      List<String> values =
          switch (parameter.kind()) {
            case CHOICE -> parameter.choices();
            case FLAG -> List.of("true", "false");
            // One whose default is its least value switches something on.
            case REAL ->
                parameter.defaultValue().equals(parameter.minimum())
                    ? List.of(
                        Double.toString(parameter.minimum()), Double.toString(parameter.maximum()))
                    : List.of();
            case INTEGER, TEXT -> List.of();
          };
      if (!values.isEmpty()) {
        List<Map<String, String>> more = new ArrayList<>();
        for (Map<String, String> before : all) {
          for (String value : values) {
            Map<String, String> with = new LinkedHashMap<>(before);
            with.put(parameter.name(), value);
            more.add(with);
          }
        }
        all = more;
      }
    }
    return all;
  }
}
