package dev.squall.pipeline.measure;

import static java.util.Map.entry;

import dev.squall.kernels.error.SquallException;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * The extents of one call of a kernel by symbol: those given, the others by a table of sizes that
 * take a host about a tenth of a second.
 */
final class Extents {
  /** For a symbol that no table knows. */
  private static final long UNKNOWN = 64;

  private static final long DEFAULT_BLOCK = 128;
  private static final long DEFAULT_STRIDE = 8;

  /** Blocks of 8 weights in a matrix of 2048 × 2048. */
  private static final long SEED_BLOCKS = 2048 * 2048 / 8;

  private static final KernelTable<ToLongFunction<Extents>> DEFAULTS =
      new KernelTable<>(
          Map.ofEntries(
              // Attention.
              entry("H", extents -> 8),
              entry("Hk", extents -> extents.of("H")),
              entry("L", extents -> 4096),
              entry("D", extents -> 64),
              entry("NB", extents -> extents.pieces("block", DEFAULT_BLOCK)),
              entry("G", extents -> extents.pieces("stride", DEFAULT_STRIDE)),
              entry("one", extents -> 1),
              entry("Q", extents -> extents.of("L")),
              // Mamba: the inner width and state of a 130M model, one group of b and c.
              entry("C", extents -> 1536),
              entry("N", extents -> 16),
              entry("W", extents -> 4),
              entry("W-1", extents -> extents.of("W") - 1),
              entry("mamba.G", extents -> 1),
              // Vim-S and the second stage of VMamba-T: inner widths and tokens.
              entry("vim.K", extents -> 2),
              entry("vim.C", extents -> 768),
              entry("vim.L", extents -> 197),
              entry("vim.G", extents -> 1),
              entry("vmamba.K", extents -> 4),
              entry("vmamba.C", extents -> 384),
              entry("vmamba.H", extents -> 28),
              entry("vmamba.W", extents -> 28),
              entry("vmamba.G", extents -> 1),
              // Mamba-2 of 130M parameters.
              entry("mamba2.H", extents -> 24),
              entry("mamba2.P", extents -> 64),
              entry("mamba2.N", extents -> 128),
              entry("mamba2.G", extents -> 1),
              // Vision Mamba, small: eight images of 14 × 14 patches and a class token.
              entry("B", extents -> 8),
              // The quantised scan takes one sample at a time.
              entry("ouromamba.scan.B", extents -> 1),
              entry("ouromamba.L", extents -> 197),
              entry("ouromamba.C", extents -> 384),
              entry("ouromamba.M", extents -> 1536),
              entry("ouromamba.G", extents -> 1),
              // A batch of prompts against a cache of CLIP embeddings.
              entry("modm.b", extents -> 8),
              entry("modm.M", extents -> 100_000),
              entry("modm.E", extents -> 768),
              // Stored elements: words of 32 bits, or pairs of 36-bit blocks in nine bytes.
              entry(
                  "seedlm.stored",
                  extents ->
                      "3bit".equals(extents.parameters.get("config"))
                          ? SEED_BLOCKS / 2 * 9
                          : SEED_BLOCKS),
              entry("seedlm.any", extents -> 16384),
              entry("seedlm.K", extents -> 2048),
              entry("seedlm.L", extents -> 512)));

  private final String kernel;
  private final Map<String, Long> given;
  private final Map<String, Object> parameters;
  private final Map<String, Long> used = new TreeMap<>();

  /**
   * @param given extents by symbol
   * @param parameters values by name, as in {@link dev.squall.kernels.spec.Sizes}
   * @throws SquallException INVALID_INPUT for an extent below one
   */
  Extents(String kernel, Map<String, Long> given, Map<String, Object> parameters) {
    this.kernel = kernel;
    this.given = given;
    this.parameters = parameters;
    given.forEach(
        (symbol, extent) -> {
          if (extent < 1) {
            throw SquallException.invalidInput(
                "%s: extent %s = %d must be above zero".formatted(kernel, symbol, extent));
          }
        });
  }

  long of(String symbol) {
    Long known = used.get(symbol);
    if (known == null) {
      known = given.containsKey(symbol) ? given.get(symbol) : byDefault(symbol);
      used.put(symbol, known);
    }
    return known;
  }

  /**
   * @throws SquallException INVALID_INPUT for an extent that was given and never asked for
   */
  void requireAllUsed() {
    TreeSet<String> unused = new TreeSet<>(given.keySet());
    unused.removeAll(used.keySet());
    if (!unused.isEmpty()) {
      throw SquallException.invalidInput(
          "%s: no extent named %s; there are: %s"
              .formatted(kernel, unused.first(), String.join(", ", used.keySet())));
    }
  }

  /** A symbol such as {@code C(z)} is that of an optional input, and equal to {@code C}. */
  private long byDefault(String symbol) {
    int parenthesis = symbol.indexOf('(');
    if (parenthesis > 0) {
      return of(symbol.substring(0, parenthesis));
    }
    return DEFAULTS.find(kernel, symbol).map(extent -> extent.applyAsLong(this)).orElse(UNKNOWN);
  }

  /** Pieces of L tokens, of a size that is a parameter of some kernels and implied by others. */
  private long pieces(String parameter, long defaultSize) {
    long size = (Long) parameters.getOrDefault(parameter, defaultSize);
    return Math.ceilDiv(of("L"), size);
  }
}
