package dev.squall.pipeline.doctor;

import dev.squall.kernels.error.SquallException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What TornadoVM 5.2 compiles kernels for. */
public enum Backend {
  OPENCL,
  PTX,
  CUDA,
  SPIRV,
  /** OpenCL C for FPGAs: what holds for OpenCL, and rules of its own. */
  FPGA;

  /** Back ends that a kernel is meant for where nobody says otherwise: all but FPGAs. */
  public static final Set<Backend> USUAL = Set.of(OPENCL, PTX, CUDA, SPIRV);

  /** The word for it on the command line. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param words keys, or {@code all}; none mean the usual ones
   * @throws SquallException INVALID_INPUT listing the words there are
   */
  public static Set<Backend> parse(List<String> words) {
    if (words.isEmpty()) {
      return USUAL;
    }
    Set<Backend> chosen = EnumSet.noneOf(Backend.class);
    for (String word : words) {
      if (word.equals("all")) {
        return EnumSet.allOf(Backend.class);
      }
      chosen.add(
          Arrays.stream(values())
              .filter(backend -> backend.key().equals(word))
              .findFirst()
              .orElseThrow(() -> unknown(word)));
    }
    return chosen;
  }

  private static SquallException unknown(String word) {
    return SquallException.invalidInput(
        "no back end named %s; there are: %s, all"
            .formatted(
                word, Arrays.stream(values()).map(Backend::key).collect(Collectors.joining(", "))));
  }
}
