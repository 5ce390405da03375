package uk.ac.manchester.tornado.api;

import dev.squall.tornado.embedded.workgroup.Barrier;
import dev.squall.tornado.embedded.workgroup.NdRange;
import dev.squall.tornado.embedded.workgroup.WorkItem;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.vectors.Half2;

/**
 * A kernel's view of its work-item: ids, sizes, barriers, local arrays and atomics.
 *
 * <p>A program makes one object with {@link #KernelContext()} and passes it to its tasks; its ids
 * are zero, and its barriers and local arrays throw, because it belongs to no work-item. When a
 * plan runs the task, each work-item gets an object of its own.
 */
public class KernelContext {
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle NATIVE_INTS = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle NATIVE_LONGS = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle NATIVE_FLOATS = ValueLayout.JAVA_FLOAT.varHandle();
  private static final VarHandle NATIVE_DOUBLES = ValueLayout.JAVA_DOUBLE.varHandle();

  // Patterns of uninitialised local memory: NaN as a number, implausible as an index or a count.
  private static final int POISON_INT = 0x7fbadbad;
  private static final long POISON_LONG = 0x7fbadbad7fbadbadL;
  private static final byte POISON_BYTE = (byte) 0xba;
  private static final short POISON_HALF = 0x7dba;

  private final WorkItem workItem;

  /** Index of the work-item in the whole range. */
  public final Integer globalIdx;

  public final Integer globalIdy;
  public final Integer globalIdz;

  /** Index of the work-group. */
  public final Integer groupIdx;

  public final Integer groupIdy;
  public final Integer groupIdz;

  /** Index of the work-item in its work-group. */
  public final Integer localIdx;

  public final Integer localIdy;
  public final Integer localIdz;

  /** Work-items of the whole range. */
  public final Integer globalGroupSizeX;

  public final Integer globalGroupSizeY;
  public final Integer globalGroupSizeZ;

  /** Work-items of a work-group. */
  public final Integer localGroupSizeX;

  public final Integer localGroupSizeY;
  public final Integer localGroupSizeZ;

  /** Makes the placeholder that a program passes to its tasks. */
  public KernelContext() {
    workItem = null;
    globalIdx = 0;
    globalIdy = 0;
    globalIdz = 0;
    groupIdx = 0;
    groupIdy = 0;
    groupIdz = 0;
    localIdx = 0;
    localIdy = 0;
    localIdz = 0;
    globalGroupSizeX = 0;
    globalGroupSizeY = 0;
    globalGroupSizeZ = 0;
    localGroupSizeX = 0;
    localGroupSizeY = 0;
    localGroupSizeZ = 0;
  }

  KernelContext(WorkItem item) {
    NdRange range = item.range();
    workItem = item;
    globalIdx = item.globalX();
    globalIdy = item.globalY();
    globalIdz = item.globalZ();
    groupIdx = item.groupX();
    groupIdy = item.groupY();
    groupIdz = item.groupZ();
    localIdx = item.localX();
    localIdy = item.localY();
    localIdz = item.localZ();
    globalGroupSizeX = range.globalX();
    globalGroupSizeY = range.globalY();
    globalGroupSizeZ = range.globalZ();
    localGroupSizeX = range.localX();
    localGroupSizeY = range.localY();
    localGroupSizeZ = range.localZ();
  }

  /** Waits for all work-items of the work-group; orders their accesses to local memory. */
  public void localBarrier() {
    workItem("localBarrier").await(Barrier.LOCAL);
  }

  /**
   * Waits for all work-items of the work-group, not of the whole range; orders their accesses to
   * global memory.
   */
  public void globalBarrier() {
    workItem("globalBarrier").await(Barrier.GLOBAL);
  }

  /** Returns an uninitialised array shared by the work-group. */
  public int[] allocateIntLocalArray(int size) {
    return localArray(
        int[].class,
        size,
        n -> {
          int[] array = new int[n];
          Arrays.fill(array, POISON_INT);
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public long[] allocateLongLocalArray(int size) {
    return localArray(
        long[].class,
        size,
        n -> {
          long[] array = new long[n];
          Arrays.fill(array, POISON_LONG);
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public float[] allocateFloatLocalArray(int size) {
    return localArray(
        float[].class,
        size,
        n -> {
          float[] array = new float[n];
          Arrays.fill(array, Float.NaN);
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public double[] allocateDoubleLocalArray(int size) {
    return localArray(
        double[].class,
        size,
        n -> {
          double[] array = new double[n];
          Arrays.fill(array, Double.NaN);
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public byte[] allocateByteLocalArray(int size) {
    return localArray(
        byte[].class,
        size,
        n -> {
          byte[] array = new byte[n];
          Arrays.fill(array, POISON_BYTE);
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public HalfFloat[] allocateHalfFloatLocalArray(int size) {
    return localArray(
        HalfFloat[].class,
        size,
        n -> {
          HalfFloat[] array = new HalfFloat[n];
          Arrays.fill(array, new HalfFloat(POISON_HALF));
          return array;
        });
  }

  /** Returns an uninitialised array shared by the work-group. */
  public Half2[] allocateHalf2LocalArray(int size) {
    return localArray(
        Half2[].class,
        size,
        n -> {
          Half2[] array = new Half2[n];
          HalfFloat poison = new HalfFloat(POISON_HALF);
          Arrays.setAll(array, i -> new Half2(poison, poison));
          return array;
        });
  }

  /** A tensor core's sums, all at {@code value}. This JVM has no tensor cores: refused. */
  public float[] mmaFragment(float value) {
    throw noTensorCores("mmaFragment");
  }

  /** The left factor, from 16 rows of 32 bytes at a byte of a local array. Refused here. */
  public HalfFloat[] mmaLoadA(int[] tile, int depth, int atByte) {
    throw noTensorCores("mmaLoadA");
  }

  /** The right factor, from two times 8 rows of 16 bytes, transposed. Refused here. */
  public HalfFloat[] mmaLoadB(int[] tile, int depth, int atByte) {
    throw noTensorCores("mmaLoadB");
  }

  /** {@code a · b + sums}, by the 32 work-items of a warp together. Refused here. */
  public float[] mma(HalfFloat[] a, HalfFloat[] b, float[] sums, MMAShape shape) {
    throw noTensorCores("mma");
  }

  /** Writes 16 × 8 sums to a matrix with rows of {@code pitch} elements. Refused here. */
  public void mmaStore(float[] sums, FloatArray matrix, int row, int column, int pitch) {
    throw noTensorCores("mmaStore");
  }

  private static TornadoRuntimeException noTensorCores(String what) {
    return new TornadoRuntimeException(what + ": no tensor cores in this JVM; run it on a GPU");
  }

  /** Adds to an element in one indivisible step, among all work-items of all groups. */
  public void atomicAdd(IntArray array, int index, int value) {
    NATIVE_INTS.getAndAdd(array.getSegment(), (long) index * Integer.BYTES, value);
  }

  /** Adds to an element in one indivisible step, among all work-items of all groups. */
  public void atomicAdd(int[] array, int index, int value) {
    INTS.getAndAdd(array, index, value);
  }

  /** Adds to an element in one indivisible step, among all work-items of all groups. */
  public void atomicAdd(LongArray array, int index, long value) {
    NATIVE_LONGS.getAndAdd(array.getSegment(), (long) index * Long.BYTES, value);
  }

  /**
   * Adds to an element in one indivisible step, among all work-items of all groups. The sum depends
   * on the order of additions; OpenCL and SPIR-V devices refuse this call.
   */
  public void atomicAdd(FloatArray array, int index, float value) {
    long offset = (long) index * Float.BYTES;
    float seen;
    do {
      seen = (float) NATIVE_FLOATS.getVolatile(array.getSegment(), offset);
    } while (!NATIVE_FLOATS.compareAndSet(array.getSegment(), offset, seen, seen + value));
  }

  /**
   * Adds to an element in one indivisible step, among all work-items of all groups. The sum depends
   * on the order of additions; OpenCL and SPIR-V devices refuse this call.
   */
  public void atomicAdd(DoubleArray array, int index, double value) {
    long offset = (long) index * Double.BYTES;
    double seen;
    do {
      seen = (double) NATIVE_DOUBLES.getVolatile(array.getSegment(), offset);
    } while (!NATIVE_DOUBLES.compareAndSet(array.getSegment(), offset, seen, seen + value));
  }

  private <T> T localArray(Class<T> type, int size, IntFunction<T> poisoned) {
    return workItem("a local array").localArray(type, size, poisoned);
  }

  private WorkItem workItem(String what) {
    if (workItem == null) {
      throw new TornadoRuntimeException(
          what
              + " needs a running work-item: pass the KernelContext to TaskGraph.task(...) and give the task a WorkerGrid");
    }
    return workItem;
  }
}
