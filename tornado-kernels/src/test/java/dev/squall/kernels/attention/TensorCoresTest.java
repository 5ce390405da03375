package dev.squall.kernels.attention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.xattention.AntidiagonalScores;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What of the half-precision variants is to be seen without a tensor core. */
class TensorCoresTest {
  private static final DeviceTraits CARD =
      new DeviceTraits(false, true, 1024, 48 << 10, 255, true, true, true);

  private static Sizes dense(int tokens, int size) {
    return new DenseAttention()
        .signature()
        .bind(
            Map.of("q", f32(4, tokens, size), "k", f32(2, tokens, size), "v", f32(2, tokens, size)),
            Map.of());
  }

  private static TensorType f32(long... shape) {
    return new TensorType(ElementType.F32, Arrays.stream(shape).boxed().toList());
  }

  private static Variant variant(Kernel kernel) {
    return kernel.variant("tensorcores");
  }

  @Test
  void onlyDevicesThatReachTensorCoresAreGiven() {
    Variant variant = variant(new DenseAttention());
    assertThat(variant.precision()).isEqualTo(Precision.HALF);
    assertThat(variant.supports(dense(100, 64), CARD).refusal()).isEmpty();
    assertThat(variant.supports(dense(100, 64), DeviceTraits.HOST).refusal().orElseThrow())
        .startsWith("tensor cores are reached through TornadoVM's CUDA back end alone");
    assertThat(variant.supports(dense(100, 128), CARD).refusal().orElseThrow())
        .isEqualTo("head size 128 is not the 64 that the fragments are laid out for");
  }

  /** What takes half precision comes last, where nobody meets it who has not named it. */
  @Test
  void halfPrecisionComesAfterAllElse() {
    for (Kernel kernel :
        List.of(new DenseAttention(), new BlockSparseAttention(), new AntidiagonalScores())) {
      List<Variant> tuned = kernel.tunedVariants();
      assertThat(tuned.getLast().precision()).isEqualTo(Precision.HALF);
      assertThat(tuned.subList(0, tuned.size() - 1))
          .extracting(Variant::precision)
          .containsOnly(Precision.SINGLE);
      for (String engine : List.of("jvm", "tornado-cuda")) {
        String output = kernel.signature().outputs().getFirst().name();
        Tolerance half =
            Tolerance.find(kernel.tolerances(), output, engine, Precision.HALF).orElseThrow();
        Tolerance single =
            Tolerance.find(kernel.tolerances(), output, engine, Precision.SINGLE).orElseThrow();
        assertThat(half.relative()).isGreaterThan(100 * single.relative());
      }
    }
  }

  @Test
  void theProgramCoversAllRows() {
    Program program =
        ((Variant.Device) variant(new DenseAttention())).program().apply(dense(65, 64));
    assertThat(program.tasks())
        .extracting(Task::method)
        .containsExactly("packKeys", "list", "attend");
    assertThat(program.tasks().getLast().grid().global()).containsExactly(4 * 128, 2);
    assertThat(program.scratch().get("half_keys").shape()).containsExactly(2L, 128L, 16L);
  }

  /** Against Java's own conversion; rows beyond the last are zero. */
  @Test
  void keysArePackedToHalves() {
    Random random = new Random(5);
    FloatArray k = new FloatArray(2 * 65 * 64);
    FloatArray v = new FloatArray(2 * 65 * 64);
    for (int i = 0; i < k.getSize(); i++) {
      k.set(i, (float) random.nextGaussian());
      v.set(i, (float) Math.scalb(random.nextGaussian(), -random.nextInt(30)));
    }
    LongArray keys = new LongArray(2 * 128 * 16);
    LongArray values = new LongArray(2 * 128 * 16);
    HalfRowsLoops.packKeys(k, v, keys, values, IntArray.fromElements(4, 2, 65, 64));
    for (int head = 0; head < 2; head++) {
      for (int row = 0; row < 128; row++) {
        for (int d = 0; d < 64; d++) {
          int shift = 16 * (d & 3);
          int word = (head * 128 + row) * 16 + d / 4;
          int from = (head * 65 + row) * 64 + d;
          assertThat((short) (keys.get(word) >>> shift))
              .isEqualTo(row < 65 ? Float.floatToFloat16(k.get(from)) : 0);
          assertThat((short) (values.get(word) >>> shift))
              .isEqualTo(row < 65 ? Float.floatToFloat16(v.get(from)) : 0);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3,1", "1,200,1", "0,200,1", "1,129,0", "0,5,0"})
  void listsNameWhatARowKeepsAndSees(int causal, int blocks, int masked)
      throws TornadoExecutionPlanException {
    Random random = new Random(blocks + causal);
    int rows = masked == 1 ? 2 * blocks : 1;
    ByteArray mask = new ByteArray(Math.max(1, rows * blocks));
    for (int i = 0; i < mask.getSize(); i++) {
      mask.set(i, (byte) (random.nextInt(3) == 0 ? 1 : 0));
    }
    IntArray lists = new IntArray(rows * (blocks + 1));
    IntArray dims = IntArray.fromElements(2, 1, 64 * blocks, 64, causal, masked, 64, blocks);
    TaskGraph graph =
        new TaskGraph("lists")
            .transferToDevice(DataTransferMode.EVERY_EXECUTION, mask, dims)
            .task("list", KeptBlocksTiles::list, new KernelContext(), mask, lists, dims)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, lists);
    WorkerGrid1D workers = new WorkerGrid1D(rows * KeptBlocksTiles.ITEMS);
    workers.setLocalWork(KeptBlocksTiles.ITEMS, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("lists.list", workers)).execute();
    }
    for (int row = 0; row < rows; row++) {
      int count = 0;
      for (int b = 0; b < blocks; b++) {
        boolean seen = masked == 0 || causal == 0 || b <= row % blocks;
        if (seen && (masked == 0 || mask.get(row * blocks + b) == 1)) {
          count++;
          assertThat(lists.get(row * (blocks + 1) + count)).isEqualTo(b);
        }
      }
      assertThat(lists.get(row * (blocks + 1))).isEqualTo(count);
    }
  }
}
