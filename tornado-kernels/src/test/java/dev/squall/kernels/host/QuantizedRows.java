package dev.squall.kernels.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Random rows of every format, and their values element by element in double precision, written
 * from the formats' description and not from the decoders.
 */
final class QuantizedRows {
  private QuantizedRows() {}

  /** Rows of random integers with tame random scales. */
  static QuantizedMatrix random(BlockFormat format, int rows, int depth, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[Math.toIntExact(rows * format.rowBytes(depth))];
    random.nextBytes(bytes);
    for (int block = 0; block < bytes.length; block += format.bytes()) {
      switch (format) {
        case F32 -> putInt(bytes, block, Float.floatToRawIntBits(real(random)));
        case F16 -> putHalf(bytes, block, real(random));
        case BF16 -> {
          int bits = Float.floatToRawIntBits(real(random)) >>> 16;
          bytes[block] = (byte) bits;
          bytes[block + 1] = (byte) (bits >> 8);
        }
        case Q8_0, Q4_0, Q5_0 -> putHalf(bytes, block, real(random));
        case Q4_1, Q4_K, Q5_K -> {
          putHalf(bytes, block, real(random));
          putHalf(bytes, block + 2, real(random));
        }
        case Q6_K -> putHalf(bytes, block + 208, real(random));
      }
    }
    MemorySegment data = Arena.ofAuto().allocate(bytes.length);
    MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return new QuantizedMatrix(format, data, rows, depth);
  }

  private static float real(SplittableRandom random) {
    return (float) random.nextDouble(-1, 1);
  }

  private static void putHalf(byte[] bytes, int at, float value) {
    short bits = Float.floatToFloat16(value);
    bytes[at] = (byte) bits;
    bytes[at + 1] = (byte) (bits >> 8);
  }

  private static void putInt(byte[] bytes, int at, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >> 8 * i);
    }
  }

  /** Element (row, column) as the format defines it. */
  static double value(QuantizedMatrix matrix, int row, int column) {
    BlockFormat format = matrix.format();
    long at =
        row * format.rowBytes(matrix.depth())
            + (long) (column / format.elements()) * format.bytes();
    int i = column % format.elements();
    Block block = new Block(matrix.data(), at);
    return switch (format) {
      case F32 -> Float.intBitsToFloat((int) block.bits(0, 32));
      case F16 -> block.half(0);
      case BF16 -> Float.intBitsToFloat((int) block.bits(0, 16) << 16);
      case Q8_0 -> block.half(0) * (byte) block.u8(2 + i);
      case Q4_0 -> block.half(0) * (block.nibble(2, i) - 8);
      case Q4_1 -> block.half(0) * block.nibble(4, i) + block.half(2);
      case Q5_0 ->
          block.half(0) * (block.nibble(6, i) + 16 * (int) (block.bits(2, 32) >> i & 1) - 16);
      case Q4_K -> {
        int run = i / 32;
        int packed = block.u8(16 + run / 2 * 32 + i % 32);
        yield block.kScaled(run, run % 2 == 0 ? packed % 16 : packed / 16);
      }
      case Q5_K -> {
        int run = i / 32;
        int packed = block.u8(48 + run / 2 * 32 + i % 32);
        int fifth = block.u8(16 + i % 32) >> run & 1;
        yield block.kScaled(run, (run % 2 == 0 ? packed % 16 : packed / 16) + 16 * fifth);
      }
      case Q6_K -> {
        int half = i / 128;
        int quarter = i % 128 / 32;
        int packed = block.u8(half * 64 + quarter % 2 * 32 + i % 32);
        int low = quarter < 2 ? packed % 16 : packed / 16;
        int top = block.u8(128 + half * 32 + i % 32) >> 2 * quarter & 3;
        yield block.half(208) * (byte) block.u8(192 + i / 16) * (low + 16 * top - 32);
      }
    };
  }

  /** The bytes of one block. */
  private record Block(MemorySegment data, long at) {
    int u8(int offset) {
      return data.get(ValueLayout.JAVA_BYTE, at + offset) & 0xFF;
    }

    long bits(int offset, int count) {
      long bits = 0;
      for (int i = 0; i < count / 8; i++) {
        bits |= (long) u8(offset + i) << 8 * i;
      }
      return bits;
    }

    double half(int offset) {
      return Float.float16ToFloat((short) bits(offset, 16));
    }

    /** Elements 0 to 15 are low nibbles, 16 to 31 high ones. */
    int nibble(int offset, int i) {
      int packed = u8(offset + i % 16);
      return i < 16 ? packed % 16 : packed / 16;
    }

    /** Scale and offset of a run of 32 elements: 6 bits each, twelve bytes for eight runs. */
    double kScaled(int run, int integer) {
      int scale;
      int least;
      if (run < 4) {
        scale = u8(4 + run) % 64;
        least = u8(8 + run) % 64;
      } else {
        scale = u8(8 + run) % 16 + 16 * (u8(run) / 64);
        least = u8(8 + run) / 16 + 16 * (u8(4 + run) / 64);
      }
      return half(0) * scale * integer - half(2) * least;
    }
  }
}
