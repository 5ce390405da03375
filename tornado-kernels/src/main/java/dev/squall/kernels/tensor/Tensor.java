package dev.squall.kernels.tensor;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A dense tensor in row-major order, little-endian, off-heap.
 *
 * <p>Memory that this class allocates is laid out so that no engine has to copy it: 48 guard bytes,
 * the 16-byte header of a TornadoVM array (element count first), the data on a 64-byte boundary, 64
 * guard bytes. A tensor over foreign memory (a mapped file) has no header; {@link #withHeader()}
 * then copies.
 */
public final class Tensor {
  /** Bytes of the header in front of the data of a TornadoVM array. */
  public static final int HEADER_BYTES = 16;

  private static final int ALIGNMENT = 64;
  private static final int GUARD_BYTES = 64;
  private static final byte GUARD = (byte) 0xA5;

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final ElementType type;
  private final long[] shape;
  private final MemorySegment data;

  /** Guard, header, data and guard; null when the memory is not ours. */
  private final TensorMemory.Block block;

  private Tensor(ElementType type, long[] shape, MemorySegment data, TensorMemory.Block block) {
    this.type = type;
    this.shape = shape;
    this.data = data;
    this.block = block;
  }

  /**
   * A tensor of zeros in memory that the garbage collector frees.
   *
   * @throws SquallException OUT_OF_MEMORY when the memory cannot be had, INVALID_INPUT for a shape
   *     that no memory could hold
   */
  public static Tensor allocate(ElementType type, long... shape) {
    return allocate(TensorMemory.PRIVATE, type, shape);
  }

  public static Tensor allocate(TensorType type) {
    return allocate(TensorMemory.PRIVATE, type);
  }

  /** {@link #allocate(ElementType, long...)} in memory of the caller's choice. */
  public static Tensor allocate(TensorMemory memory, TensorType type) {
    return allocate(memory, type.type(), extents(type));
  }

  private static Tensor allocate(TensorMemory memory, ElementType type, long... shape) {
    long bytes = Math.multiplyExact(elements(shape), type.bytes());
    TensorMemory.Block block;
    try {
      block = memory.allocate(blockBytes(bytes), ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "cannot allocate " + bytes + " bytes for a tensor " + describe(type, shape),
          e);
    }
    MemorySegment segment = block.segment();
    segment.asSlice(0, GUARD_BYTES - HEADER_BYTES).fill(GUARD);
    segment.asSlice(GUARD_BYTES + bytes, GUARD_BYTES).fill(GUARD);
    // Arrays of the TornadoVM API count in int; larger tensors exist, but not as such arrays.
    segment.set(
        I32, GUARD_BYTES - HEADER_BYTES, (int) Math.min(Integer.MAX_VALUE, bytes / type.bytes()));
    return new Tensor(type, shape.clone(), segment.asSlice(GUARD_BYTES, bytes), block);
  }

  /**
   * The tensor that another process allocated in {@code block}.
   *
   * @throws SquallException INVALID_INPUT if the block has not the size of such a tensor
   */
  public static Tensor attach(TensorType type, TensorMemory.Block block) {
    if (block.segment().byteSize() != blockBytes(type.bytes())) {
      throw SquallException.invalidInput(
          "a block of %d bytes is no tensor %s".formatted(block.segment().byteSize(), type));
    }
    return new Tensor(
        type.type(), extents(type), block.segment().asSlice(GUARD_BYTES, type.bytes()), block);
  }

  private static long blockBytes(long bytes) {
    return 2L * GUARD_BYTES + bytes;
  }

  private static long[] extents(TensorType type) {
    return type.shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** A tensor over memory that somebody else laid out; {@code data} holds exactly its elements. */
  public static Tensor over(ElementType type, MemorySegment data, long... shape) {
    long bytes = Math.multiplyExact(elements(shape), type.bytes());
    if (data.byteSize() != bytes) {
      throw SquallException.invalidInput(
          "tensor %s needs %d bytes, got %d"
              .formatted(describe(type, shape), bytes, data.byteSize()));
    }
    return new Tensor(type, shape.clone(), data, null);
  }

  public static Tensor of(float[] values, long... shape) {
    Tensor tensor = allocate(ElementType.F32, shape);
    requireElements(tensor, values.length);
    MemorySegment.copy(values, 0, tensor.data, F32, 0, values.length);
    return tensor;
  }

  public static Tensor of(int[] values, long... shape) {
    Tensor tensor = allocate(ElementType.I32, shape);
    requireElements(tensor, values.length);
    MemorySegment.copy(values, 0, tensor.data, I32, 0, values.length);
    return tensor;
  }

  /** A tensor of single-byte type {@code type} (I8, U8 or BOOL). */
  public static Tensor of(ElementType type, byte[] values, long... shape) {
    Tensor tensor = allocate(type, shape);
    requireElements(tensor, values.length);
    MemorySegment.copy(values, 0, tensor.data, ValueLayout.JAVA_BYTE, 0, values.length);
    return tensor;
  }

  public ElementType type() {
    return type;
  }

  public int rank() {
    return shape.length;
  }

  public long dim(int axis) {
    return shape[axis];
  }

  public long[] shape() {
    return shape.clone();
  }

  public long elements() {
    return data.byteSize() / type.bytes();
  }

  public long bytes() {
    return data.byteSize();
  }

  /** The elements, without header. */
  public MemorySegment data() {
    return data;
  }

  /**
   * The TornadoVM array header and the elements, sharing memory with this tensor if this class
   * allocated it, else a copy.
   */
  public MemorySegment withHeader() {
    if (block == null) {
      return copy().withHeader();
    }
    return block.segment().asSlice(GUARD_BYTES - HEADER_BYTES, HEADER_BYTES + data.byteSize());
  }

  /** Whether {@link #withHeader()} shares memory. */
  public boolean hasHeader() {
    return block != null;
  }

  /** The file through which other processes see this tensor's memory, if there is one. */
  public Optional<Path> file() {
    return block == null ? Optional.empty() : block.file();
  }

  /** A copy in memory of our own layout. */
  public Tensor copy() {
    Tensor copy = allocate(type, shape);
    copy.data.copyFrom(data);
    return copy;
  }

  /** The same memory with another shape of as many elements. */
  public Tensor reshape(long... newShape) {
    if (elements(newShape) != elements()) {
      throw SquallException.invalidInput(
          "cannot reshape " + this + " to " + describe(type, newShape));
    }
    return new Tensor(type, newShape.clone(), data, block);
  }

  /**
   * Fills every element with a pattern that no kernel produces by accident: NaN for floating point,
   * 0x5A bytes for integers.
   */
  public Tensor poison() {
    switch (type) {
      case F64 -> fillLongs(Double.doubleToRawLongBits(Double.NaN));
      case F32 -> fillInts(Float.floatToRawIntBits(Float.NaN));
      case F16 -> fillShorts(Float.floatToFloat16(Float.NaN));
      case BF16 -> fillShorts((short) 0x7FC0);
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> data.fill((byte) 0x5A);
    }
    return this;
  }

  /** Whether the guard bytes around our own allocation are unharmed; true for foreign memory. */
  public boolean guardsIntact() {
    return block == null
        || (allGuard(block.segment().asSlice(0, GUARD_BYTES - HEADER_BYTES))
            && allGuard(block.segment().asSlice(GUARD_BYTES + data.byteSize(), GUARD_BYTES)));
  }

  public float f32(long index) {
    return data.get(F32, index << 2);
  }

  public void f32(long index, float value) {
    data.set(F32, index << 2, value);
  }

  public int i32(long index) {
    return data.get(I32, index << 2);
  }

  public void i32(long index, int value) {
    data.set(I32, index << 2, value);
  }

  public byte i8(long index) {
    return data.get(ValueLayout.JAVA_BYTE, index);
  }

  public void i8(long index, byte value) {
    data.set(ValueLayout.JAVA_BYTE, index, value);
  }

  public int u8(long index) {
    return data.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
  }

  /** Element {@code index} as a double, whatever the type (64-bit integers may round). */
  public double asDouble(long index) {
    return switch (type) {
      case F64 -> data.get(F64, index << 3);
      case F32 -> data.get(F32, index << 2);
      case F16 -> Float.float16ToFloat(data.get(I16, index << 1));
      case BF16 -> Float.intBitsToFloat(data.get(I16, index << 1) << 16);
      case I64 -> data.get(I64, index << 3);
      case U64 -> unsigned(data.get(I64, index << 3));
      case I32 -> data.get(I32, index << 2);
      case U32 -> Integer.toUnsignedLong(data.get(I32, index << 2));
      case I16 -> data.get(I16, index << 1);
      case U16 -> Short.toUnsignedInt(data.get(I16, index << 1));
      case I8 -> data.get(ValueLayout.JAVA_BYTE, index);
      case U8, BOOL -> u8(index);
    };
  }

  /** Stores {@code value} in element {@code index} of a kernel-port type (F32, I32, I8, U8). */
  public void setFromDouble(long index, double value) {
    switch (type) {
      case F32 -> f32(index, (float) value);
      case I32 -> i32(index, (int) value);
      case I8, U8 -> i8(index, (byte) (int) value);
      case F64, F16, BF16, I64, I16, U64, U32, U16, BOOL ->
          throw new IllegalStateException("no kernel writes " + type.label());
    }
  }

  /**
   * This tensor with elements of type F32: itself, or a widened copy of a floating-point tensor.
   */
  public Tensor toF32() {
    if (type == ElementType.F32) {
      return this;
    }
    if (!type.isFloatingPoint()) {
      throw SquallException.invalidInput("expected a floating-point tensor, got " + this);
    }
    Tensor wide = allocate(ElementType.F32, shape);
    long count = elements();
    switch (type) {
      case F16 -> {
        for (long i = 0; i < count; i++) {
          wide.f32(i, Float.float16ToFloat(data.get(I16, i << 1)));
        }
      }
      case BF16 -> {
        for (long i = 0; i < count; i++) {
          wide.i32(i, data.get(I16, i << 1) << 16);
        }
      }
      default -> {
        for (long i = 0; i < count; i++) {
          wide.f32(i, (float) data.get(F64, i << 3));
        }
      }
    }
    return wide;
  }

  public float[] toFloatArray() {
    if (type != ElementType.F32) {
      throw new IllegalStateException("not an f32 tensor: " + this);
    }
    return data.toArray(F32);
  }

  /** For example {@code f32[9, 2048, 64]}. */
  @Override
  public String toString() {
    return describe(type, shape);
  }

  private static String describe(ElementType type, long[] shape) {
    return new TensorType(type, Arrays.stream(shape).boxed().toList()).toString();
  }

  private static long elements(long[] shape) {
    long count = 1;
    for (long extent : shape) {
      if (extent < 0) {
        throw SquallException.invalidInput("negative extent in shape " + Arrays.toString(shape));
      }
      try {
        count = Math.multiplyExact(count, extent);
      } catch (ArithmeticException e) {
        throw SquallException.invalidInput("shape too large: " + Arrays.toString(shape));
      }
    }
    return count;
  }

  private static void requireElements(Tensor tensor, long count) {
    if (tensor.elements() != count) {
      throw SquallException.invalidInput(tensor + " does not hold " + count + " elements");
    }
  }

  private static boolean allGuard(MemorySegment segment) {
    for (long i = 0; i < segment.byteSize(); i++) {
      if (segment.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
        return false;
      }
    }
    return true;
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : 2.0 * ((bits >>> 1) | (bits & 1));
  }

  private void fillInts(int pattern) {
    for (long i = 0; i < data.byteSize(); i += 4) {
      data.set(I32, i, pattern);
    }
  }

  private void fillShorts(short pattern) {
    for (long i = 0; i < data.byteSize(); i += 2) {
      data.set(I16, i, pattern);
    }
  }

  private void fillLongs(long pattern) {
    for (long i = 0; i < data.byteSize(); i += 8) {
      data.set(I64, i, pattern);
    }
  }
}
