package dev.squall.pipeline.report;

import dev.squall.pipeline.seedlm.CompressedModel;
import dev.squall.pipeline.seedlm.CompressedTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Compressed models in words. */
public final class SeedText {
  private static final int BAR = 50;
  private static final double BIN = 0.02;
  private static final int BINS = 20;
  private static final int LOWEST_EXPONENT = -8;

  private SeedText() {}

  /** A row for each compressed tensor, and the whole. */
  public static String table(CompressedModel model) {
    TextTable table = new TextTable("tensor", "shape", ">bits", ">scale", ">error");
    double weights = 0;
    double bits = 0;
    for (var entry : model.compressed().entrySet()) {
      CompressedTensor tensor = entry.getValue();
      weights += tensor.seeds().elements();
      bits += tensor.seeds().bitsPerWeight() * tensor.seeds().elements();
      table.row(
          List.of(
              entry.getKey(),
              tensor.seeds().shape().stream().map(String::valueOf).collect(Collectors.joining("×")),
              fixed(tensor.seeds().bitsPerWeight()),
              "2^" + Math.getExponent(tensor.seeds().scale()),
              String.format(Locale.ROOT, "%.4f", tensor.error())));
    }
    long kept = model.kept().values().stream().mapToLong(tensor -> tensor.elements()).sum();
    return table.plain()
        + String.format(
            Locale.ROOT,
            "%n%d tensors, %,.0f weights at %.3f bits; %d tensors of %,d numbers as they were%n",
            model.compressed().size(),
            weights,
            bits / weights,
            model.kept().size(),
            kept);
  }

  /** How many blocks have which exponent. */
  public static String exponents(CompressedModel model) {
    long[] counts = new long[16];
    for (CompressedTensor tensor : model.compressed().values()) {
      long[] own = tensor.seeds().exponents();
      Arrays.setAll(counts, i -> counts[i] + own[i]);
    }
    StringBuilder text = new StringBuilder("exponent  blocks\n");
    long all = Arrays.stream(counts).sum();
    for (int i = 0; i < counts.length; i++) {
      text.append(bar("%8d".formatted(i + LOWEST_EXPONENT), counts[i], all));
    }
    return text.toString();
  }

  /** Relative errors of blocks in bins. */
  public static String blockErrors(List<double[]> tensors) {
    long[] counts = new long[BINS + 1];
    for (double[] errors : tensors) {
      for (double error : errors) {
        counts[(int) Math.min(BINS, error / BIN)]++;
      }
    }
    StringBuilder text = new StringBuilder("relative error of a block  blocks\n");
    long all = Arrays.stream(counts).sum();
    for (int i = 0; i <= BINS; i++) {
      String range =
          i < BINS
              ? String.format(Locale.ROOT, "%.2f – %.2f", i * BIN, (i + 1) * BIN)
              : String.format(Locale.ROOT, "%.2f or more", i * BIN);
      text.append(bar("%25s".formatted(range), counts[i], all));
    }
    return text.toString();
  }

  private static String bar(String label, long count, long all) {
    String bar = "█".repeat((int) Math.round((double) BAR * count / Math.max(1, all)));
    return String.format(Locale.ROOT, "%s  %,10d  %s", label, count, bar).stripTrailing() + "\n";
  }

  private static String fixed(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
