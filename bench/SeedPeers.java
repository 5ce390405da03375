import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.host.BlockFormat;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.host.RowProduct;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;

/**
 * Seeds beside what they compete with, all in turn in one run: decoding beside a plain fill of as
 * much memory, and products with a vector from seeds, from half precision and from 4-bit integers.
 * After ./squall has built:
 *
 * <pre>
 *   java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED
 *     -cp 'pipeline/target/pipeline-0.1.0-SNAPSHOT.jar:pipeline/target/lib/*'
 *     bench/SeedPeers.java [SECONDS [ROWS]]
 * </pre>
 *
 * SECONDS (40) are shared by all; the matrix is ROWS × ROWS (2048). Medians of the second half.
 */
final class SeedPeers {
  /** Weights that are decoded, beyond all caches: 134 MB. */
  private static final int DECODED = 1 << 25;

  /** Bytes that a thread fills at a time. */
  private static final int STRETCH = 1 << 16;

  private static final HostThreads THREADS = HostThreads.all();

  private SeedPeers() {}

  public static void main(String[] arguments) {
    double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 40;
    int rows = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2048;
    Map<String, Runnable> jobs = new LinkedHashMap<>();
    Tensor filled = Tensor.allocate(ElementType.F32, DECODED);
    jobs.put("fill", () -> fill(filled.data()));
    jobs.put("decode", decode());
    jobs.put("seeds", product(rows));
    jobs.put("half", product(BlockFormat.F16, rows));
    jobs.put("q4_0", product(BlockFormat.Q4_0, rows));
    Map<String, double[]> medians = run(jobs, seconds);
    double fill = 4.0 * DECODED / medians.get("fill")[0] * 1e-9;
    double decode = 4.0 * DECODED / medians.get("decode")[0] * 1e-9;
    System.out.printf(
        "decode %.1f GB/s (%.2f · 10⁹ weights/s), fill %.1f GB/s: %.0f %%%n",
        decode, decode / 4, fill, 100 * decode / fill);
    double weights = (double) rows * rows;
    double seeds = weights / medians.get("seeds")[0];
    report("seeds, 4 bits", medians.get("seeds")[0], weights, 4, seeds);
    report("half precision", medians.get("half")[0], weights, 16, seeds);
    report("Q4_0", medians.get("q4_0")[0], weights, 4.5, seeds);
    System.out.printf(
        "product with seeds at %.2f times the rate of decoding%n", seeds / (decode / 4 * 1e9));
  }

  /**
   * Seeds, whose rate the cores set, win against a format as soon as memory brings its bytes more
   * slowly than that.
   */
  private static void report(
      String name, double seconds, double weights, double bits, double seedRate) {
    System.out.printf(
        "%-15s %7.3f ms, %6.2f · 10⁹ weights/s, %5.1f GB/s; seeds win below %.1f GB/s%n",
        name,
        seconds * 1e3,
        weights / seconds * 1e-9,
        weights * bits / 8 / seconds * 1e-9,
        seedRate * bits / 8 * 1e-9);
  }

  private static Map<String, double[]> run(Map<String, Runnable> jobs, double seconds) {
    Map<String, double[]> times = new LinkedHashMap<>();
    jobs.keySet().forEach(name -> times.put(name, new double[0]));
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      jobs.forEach(
          (name, job) -> {
            long start = System.nanoTime();
            job.run();
            double taken = (System.nanoTime() - start) * 1e-9;
            double[] known = times.get(name);
            double[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = taken;
            times.put(name, more);
          });
    }
    times.replaceAll(
        (name, all) -> {
          double[] second = Arrays.copyOfRange(all, all.length / 2, all.length);
          Arrays.sort(second);
          return new double[] {second[second.length / 2]};
        });
    return times;
  }

  private static void fill(MemorySegment memory) {
    THREADS.forEach(
        memory.byteSize() / STRETCH,
        stretch -> fillStretch(memory.asSlice(stretch * STRETCH, STRETCH)));
  }

  private static void fillStretch(MemorySegment memory) {
    FloatVector value = FloatVector.broadcast(FloatVector.SPECIES_PREFERRED, 1.5f);
    int step = FloatVector.SPECIES_PREFERRED.vectorByteSize();
    for (int i = 0; i < STRETCH; i += step) {
      value.intoMemorySegment(memory, i, ByteOrder.nativeOrder());
    }
  }

  private static Runnable decode() {
    return simd("seedlm.decode", Map.of("words", words(DECODED / 8)), Map.of());
  }

  private static Runnable product(int rows) {
    Map<String, Tensor> inputs =
        Map.of("words", words(rows * rows / 8), "x", Tensor.of(vector(rows), rows));
    return simd("seedlm.matvec", inputs, Map.of("rows", String.valueOf(rows)));
  }

  private static Runnable simd(
      String id, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Kernel kernel = KernelCatalog.load().kernel(id);
    Call call = Call.of(kernel, inputs, parameters);
    Variant.Host variant = (Variant.Host) kernel.variant("simd");
    return () -> variant.code().run(call, THREADS);
  }

  private static Runnable product(BlockFormat format, int rows) {
    SplittableRandom random = new SplittableRandom(3);
    MemorySegment data = Arena.ofAuto().allocate(rows * format.rowBytes(rows), 64);
    for (long i = 0; i < data.byteSize(); i += 2) {
      // Small numbers whichever way the bytes are read, scales among them.
      short bits = (short) (random.nextInt(0x100) | 0x2C00);
      data.set(ValueLayout.JAVA_SHORT_UNALIGNED, i, bits);
    }
    QuantizedMatrix matrix = new QuantizedMatrix(format, data, rows, rows);
    float[] x = vector(rows);
    float[] y = new float[rows];
    return () -> RowProduct.multiply(matrix, x, y, THREADS);
  }

  private static Tensor words(int blocks) {
    SplittableRandom random = new SplittableRandom(1);
    int[] words = new int[blocks];
    for (int i = 0; i < blocks; i++) {
      words[i] = random.nextInt() & 0xFFFF0000 | random.nextInt(1, 1 << 16);
    }
    return Tensor.of(words, blocks);
  }

  private static float[] vector(int length) {
    SplittableRandom random = new SplittableRandom(2);
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }
}
