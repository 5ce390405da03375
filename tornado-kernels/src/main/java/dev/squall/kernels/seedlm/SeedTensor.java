package dev.squall.kernels.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A compressed tensor with what it takes to have its weights back.
 *
 * @param config {@code 4bit} or {@code 3bit}
 * @param words as in {@link SeedDecode}
 * @param scale what decoded weights are multiplied by, a power of two
 * @param shape of the tensor
 */
public record SeedTensor(String config, Tensor words, double scale, List<Long> shape) {
  /**
   * @throws SquallException INVALID_INPUT if words and shape do not belong together, or a state is
   *     0
   */
  public SeedTensor {
    shape = List.copyOf(shape);
    SeedFormat format = SeedFormat.of(config);
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    long stored = format.stored(Math.ceilDiv(elements, format.weights()));
    if (elements < 1 || words.type() != format.storage() || words.elements() != stored) {
      throw SquallException.invalidInput(
          "%s words of a tensor %s: expected %s[%d], got %s"
              .formatted(config, shape, format.storage().label(), stored, words));
    }
    format.requireSeeds("seedlm", words);
  }

  /** Weights of the tensor. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Blocks that hold weights. */
  public long blocks() {
    return Math.ceilDiv(elements(), SeedFormat.of(config).weights());
  }

  /** Bits that are stored for each weight. */
  public double bitsPerWeight() {
    return 8.0 * words.bytes() / elements();
  }

  /** The weights in single precision. */
  public Tensor decode(HostThreads threads) {
    Call call = Call.of(new SeedDecode(), Map.of("words", words), Map.of("config", config));
    SeedDecodeSimd.run(call, threads);
    Tensor decoded = call.out("w");
    Tensor weights =
        Tensor.allocate(ElementType.F32, shape.stream().mapToLong(Long::longValue).toArray());
    float factor = (float) scale;
    threads.forEach(
        Math.ceilDiv(elements(), 1 << 16),
        piece -> {
          long end = Math.min(elements(), (piece + 1) << 16);
          for (long i = piece << 16; i < end; i++) {
            weights.f32(i, decoded.f32(i) * factor);
          }
        });
    return weights;
  }

  /** How many blocks have the exponents −8 to 7. */
  public long[] exponents() {
    SeedFormat format = SeedFormat.of(config);
    long[] counts = new long[SeedBlock.MAX_EXPONENT - SeedBlock.MIN_EXPONENT + 1];
    for (long block = 0; block < blocks(); block++) {
      counts[(int) (format.code(words, block) >> 16) & 15]++;
    }
    return counts;
  }

  /** Relative errors |w − ŵ| / |w| of the blocks against the weights they came from. */
  public double[] blockErrors(Tensor weights, HostThreads threads) {
    if (!Arrays.equals(weights.shape(), shape.stream().mapToLong(Long::longValue).toArray())) {
      throw SquallException.invalidInput(
          "compressed from a tensor %s, compared with %s".formatted(shape, weights));
    }
    Tensor decoded = decode(threads);
    int size = SeedFormat.of(config).weights();
    double[] errors = new double[Math.toIntExact(blocks())];
    for (int block = 0; block < errors.length; block++) {
      double error = 0;
      double all = 0;
      long end = Math.min(elements(), (block + 1L) * size);
      for (long i = (long) block * size; i < end; i++) {
        double w = weights.asDouble(i);
        error += Math.pow(w - decoded.f32(i), 2);
        all += w * w;
      }
      errors[block] = all == 0 ? 0 : Math.sqrt(error / all);
    }
    return errors;
  }
}
