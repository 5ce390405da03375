package dev.squall.pipeline.model.gguf;

import dev.squall.kernels.host.BlockFormat;
import java.util.Map;
import java.util.Optional;

/** The numbers of tensor types in GGUF files (the enumeration {@code ggml_type}). */
final class TensorTypes {
  private static final Map<Integer, BlockFormat> KNOWN =
      Map.ofEntries(
          Map.entry(0, BlockFormat.F32),
          Map.entry(1, BlockFormat.F16),
          Map.entry(2, BlockFormat.Q4_0),
          Map.entry(3, BlockFormat.Q4_1),
          Map.entry(6, BlockFormat.Q5_0),
          Map.entry(8, BlockFormat.Q8_0),
          Map.entry(12, BlockFormat.Q4_K),
          Map.entry(13, BlockFormat.Q5_K),
          Map.entry(14, BlockFormat.Q6_K),
          Map.entry(30, BlockFormat.BF16));

  /** Types that exist and that Squall does not read, so that a refusal can name them. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  private TensorTypes() {}

  static Optional<BlockFormat> format(int number) {
    return Optional.ofNullable(KNOWN.get(number));
  }

  /** The name of a type that has no format here. */
  static String name(int number) {
    String name = OTHERS.get(number);
    return Integer.toUnsignedString(number) + (name == null ? "" : " (" + name + ")");
  }
}
