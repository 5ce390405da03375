package dev.squall.pipeline.engine.prebuilt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.stack.DriverStacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uk.ac.manchester.tornado.api.AccessorParameters;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@code prebuiltTask} of the embedded API on PoCL, with a shipped bundle and hand-written code.
 */
@Timeout(300)
class PrebuiltTaskTest {
  private static final String DEVICE = "pocl";
  private static final int HEADS = 2;
  private static final int KEY_HEADS = 1;
  private static final int TOKENS = 37;
  private static final int DEPTH = 5;
  private static final int BLOCK = 8;
  private static final int BLOCKS = 5;

  @TempDir private Path folder;

  @BeforeEach
  void needsPocl() {
    assumeTrue(
        DriverStacks.find(UserFiles.cache()).named(DEVICE).isPresent(),
        "no driver stack pocl; ./squall setup opencl-cpu");
    System.setProperty(PrebuiltDevice.PROPERTY, DEVICE);
  }

  @AfterAll
  static void endTheProcess() {
    PrebuiltOnDevice.close();
  }

  @AfterEach
  void clear() {
    System.clearProperty(PrebuiltDevice.PROPERTY);
  }

  private static FloatArray random(int size, long seed) {
    FloatArray array = new FloatArray(size);
    Random random = new Random(seed);
    for (int i = 0; i < size; i++) {
      array.set(i, random.nextFloat() - 0.5f);
    }
    return array;
  }

  private static void execute(TaskGraph graph, String task, WorkerGrid grid) {
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler(task, grid)).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new AssertionError(e);
    }
  }

  /** Heads, key heads, tokens, depth; at 17 and 18 the tokens of a block and the blocks. */
  private static IntArray dims() {
    IntArray dims = new IntArray(20);
    int[] first = {HEADS, KEY_HEADS, TOKENS, DEPTH};
    for (int i = 0; i < first.length; i++) {
      dims.set(i, first[i]);
    }
    dims.set(17, BLOCK);
    dims.set(18, BLOCKS);
    return dims;
  }

  /** The mean queries and keys of block top-k. */
  @Test
  void aShippedBundleComputes() throws IOException {
    BundleStore bundles = BundleStore.load(BundleTarget.OPENCL_CPU);
    var bundle =
        bundles.all().stream()
            .filter(one -> one.method().equals("blockMeans"))
            .findFirst()
            .orElseThrow();
    Path file = Files.write(folder.resolve("means.cl"), bundles.code(bundle));
    FloatArray q = random(HEADS * TOKENS * DEPTH, 1);
    FloatArray k = random(KEY_HEADS * TOKENS * DEPTH, 2);
    FloatArray means = new FloatArray((HEADS + KEY_HEADS) * BLOCKS * DEPTH);
    means.init(Float.NaN);
    AccessorParameters parameters = new AccessorParameters(4);
    parameters.set(0, q, Access.READ_ONLY);
    parameters.set(1, k, Access.READ_ONLY);
    parameters.set(2, means, Access.WRITE_ONLY);
    parameters.set(3, dims(), Access.READ_ONLY);
    TaskGraph graph =
        new TaskGraph("prebuilt")
            .transferToDevice(DataTransferMode.EVERY_EXECUTION, q, k)
            .prebuiltTask("means", bundle.entryPoint(), file.toString(), parameters)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, means);
    execute(graph, "prebuilt.means", new WorkerGrid3D(4, 2, 2));

    for (int head = 0; head < HEADS + KEY_HEADS; head++) {
      for (int block = 0; block < BLOCKS; block++) {
        for (int d = 0; d < DEPTH; d++) {
          double sum = 0;
          int end = Math.min(TOKENS, (block + 1) * BLOCK);
          for (int token = block * BLOCK; token < end; token++) {
            sum +=
                head < HEADS
                    ? q.get((head * TOKENS + token) * DEPTH + d)
                    : k.get(((head - HEADS) * TOKENS + token) * DEPTH + d);
          }
          assertThat((double) means.get((head * BLOCKS + block) * DEPTH + d))
              .isCloseTo(sum / (end - block * BLOCK), within(1e-6));
        }
      }
    }
  }

  private Path source(String text) throws IOException {
    return Files.writeString(folder.resolve("kernel.cl"), text);
  }

  private static final String LEADING =
      "__global long *_kernel_context, __constant uchar *_constant_region,"
          + " __local uchar *_local_region, __global int *_atomics";

  @Test
  void arraysAreReadAndWrittenInPlaceAndNumbersGoByValue() throws IOException {
    Path file =
        source(
            "__kernel void scale(%s, __global uchar *data, int factor, __global uchar *counts) {\n"
                    .formatted(LEADING)
                + "  int i = get_global_id(0);\n"
                + "  __global int *values = (__global int *) (data + 16);\n"
                + "  values[i] = factor * values[i] + ((__global int *) data)[0];\n"
                + "  ((__global int *) (counts + 16))[i] = atomic_add(_atomics + 1, 0) + get_local_size(0);\n"
                + "}\n");
    IntArray data = IntArray.fromElements(1, -2, 3, 4, 5, 6);
    IntArray counts = new IntArray(6);
    AccessorParameters parameters = new AccessorParameters(3);
    parameters.set(0, data, Access.READ_WRITE);
    parameters.set(1, -3, Access.READ_ONLY);
    parameters.set(2, counts, Access.WRITE_ONLY);
    WorkerGrid grid = new WorkerGrid1D(6);
    grid.setLocalWork(2, 1, 1);
    TaskGraph graph =
        new TaskGraph("prebuilt")
            .prebuiltTask("scale", "scale", file.toString(), parameters, new int[] {7, 40})
            .transferToHost(DataTransferMode.EVERY_EXECUTION, data, counts);
    execute(graph, "prebuilt.scale", grid);
    // The header's first number is the count of elements.
    assertThat(data.toHeapArray()).containsExactly(3, 12, -3, -6, -9, -12);
    assertThat(counts.toHeapArray()).containsOnly(42);
  }

  @Test
  void whatCannotRunSaysWhy() throws IOException {
    Path file = source("__kernel void one(%s, __global uchar *data) {}".formatted(LEADING));
    IntArray data = new IntArray(4);
    AccessorParameters two = new AccessorParameters(2);
    two.set(0, data, Access.READ_WRITE);
    two.set(1, data, Access.READ_WRITE);
    assertFails(
        file,
        "one",
        two,
        "one takes 5 arguments, of which 4 are TornadoVM's own: give it 1, not 2");
    AccessorParameters one = new AccessorParameters(1);
    one.set(0, data, Access.READ_WRITE);
    assertFails(file, "another", one, "kernel.cl has no kernel another");
    one.set(0, "text", Access.READ_ONLY);
    assertFails(file, "one", one, "parameter 0 of the kernel is a String");
    Path broken = source("__kernel void one(%s) { nonsense }".formatted(LEADING));
    one.set(0, data, Access.READ_WRITE);
    assertFails(broken, "one", one, "kernel.cl does not build");
  }

  private static void assertFails(
      Path file, String kernel, AccessorParameters parameters, String message) {
    TaskGraph graph =
        new TaskGraph("prebuilt").prebuiltTask("task", kernel, file.toString(), parameters);
    assertThatExceptionOfType(TornadoRuntimeException.class)
        .isThrownBy(() -> execute(graph, "prebuilt.task", new WorkerGrid1D(4)))
        .withMessageContaining("task prebuilt.task: ")
        .withMessageContaining(message);
  }
}
