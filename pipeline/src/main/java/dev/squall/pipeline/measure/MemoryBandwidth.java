package dev.squall.pipeline.measure;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Bytes that all threads move between memory and vector registers in a second, with the plain loads
 * and stores that kernels use, in buffers that no cache holds.
 */
final class MemoryBandwidth {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int VECTOR = SPECIES.vectorByteSize();

  /** Bytes a thread takes at a time. */
  private static final long PIECE = 1 << 20;

  private static final int ALIGNMENT = 64;

  /** What fills the buffers. */
  private static final float VALUE = 3;

  private final HostThreads threads;
  private final long bytes;

  /**
   * @param bytes size of each of the two buffers, rounded up to whole MiB
   */
  MemoryBandwidth(HostThreads threads, long bytes) {
    this.threads = threads;
    this.bytes = Math.ceilDiv(bytes, PIECE) * PIECE;
  }

  /**
   * Rates in GB/s.
   *
   * @param copy bytes read and bytes written by a copy; the line that a store fetches first is not
   *     counted
   * @param read bytes read by a sum
   * @param write bytes written by a fill
   * @param spread see {@link Rounds#spread}
   */
  record Rates(double copy, double read, double write, double spread) {}

  /**
   * From the median times of the three, which take turns.
   *
   * @throws SquallException OUT_OF_MEMORY if the buffers cannot be had
   */
  Rates measure(Rounds rounds) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = allocate(arena);
      MemorySegment to = allocate(arena);
      List<Samples> times =
          rounds.time(
              () -> forEachPiece(offset -> fill(from, offset)),
              () -> forEachPiece(offset -> copy(from, to, offset)),
              () -> forEachPiece(offset -> requireSum(to, offset)));
      return new Rates(
          rate(2 * bytes, times.get(1)),
          rate(bytes, times.get(2)),
          rate(bytes, times.get(0)),
          Rounds.spread(times));
    }
  }

  private MemorySegment allocate(Arena arena) {
    try {
      return arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "measuring memory needs two buffers of %d MiB: give the JVM -XX:MaxDirectMemorySize=%dm"
              .formatted(bytes / PIECE, 2 * bytes / PIECE),
          e);
    }
  }

  private void forEachPiece(LongConsumer piece) {
    threads.forEach(bytes / PIECE, index -> piece.accept(index * PIECE));
  }

  private static double rate(long bytes, Samples times) {
    return 1e-9 * bytes / times.median();
  }

  private static void fill(MemorySegment to, long offset) {
    FloatVector vector = FloatVector.broadcast(SPECIES, VALUE);
    for (long i = offset; i < offset + PIECE; i += VECTOR) {
      vector.intoMemorySegment(to, i, ORDER);
    }
  }

  private static void copy(MemorySegment from, MemorySegment to, long offset) {
    for (long i = offset; i < offset + PIECE; i += VECTOR) {
      FloatVector.fromMemorySegment(SPECIES, from, i, ORDER).intoMemorySegment(to, i, ORDER);
    }
  }

  /** Looking at the sum keeps the compiler from leaving it out, and proves fill and copy. */
  private static void requireSum(MemorySegment from, long offset) {
    float sum = sum(from, offset);
    if (sum != VALUE * (PIECE / Float.BYTES)) {
      throw new IllegalStateException("memory lost what was written: " + sum);
    }
  }

  /** Exact for small whole numbers. */
  private static float sum(MemorySegment from, long offset) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (long i = offset; i < offset + PIECE; i += 4 * VECTOR) {
      a = a.add(FloatVector.fromMemorySegment(SPECIES, from, i, ORDER));
      b = b.add(FloatVector.fromMemorySegment(SPECIES, from, i + VECTOR, ORDER));
      c = c.add(FloatVector.fromMemorySegment(SPECIES, from, i + 2 * VECTOR, ORDER));
      d = d.add(FloatVector.fromMemorySegment(SPECIES, from, i + 3 * VECTOR, ORDER));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
