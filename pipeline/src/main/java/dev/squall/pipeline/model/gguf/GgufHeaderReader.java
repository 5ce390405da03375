package dev.squall.pipeline.model.gguf;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.BlockFormat;
import dev.squall.pipeline.io.Origin;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads and checks the header of a GGUF file (the GGUF specification of the ggml project): magic,
 * version, counts, key-value pairs, tensor descriptions; then, aligned, the tensor data. Tensors
 * may leave gaps but not overlap.
 */
final class GgufHeaderReader {
  private static final int MAGIC = 0x46554747;
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_AXES = 4;

  /** Bytes that a key-value pair takes at least: key length, value type, value. */
  private static final long LEAST_PAIR = 8 + 4 + 1;

  /** Bytes that a description takes at least: name length, axes, type, offset. */
  private static final long LEAST_DESCRIPTION = 8 + 4 + 4 + 8;

  private final ByteCursor cursor;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();

  private GgufHeaderReader(Origin origin, MemorySegment file) {
    this.cursor = new ByteCursor(origin, file);
  }

  static GgufHeader read(Origin origin, MemorySegment file) {
    return new GgufHeaderReader(origin, file).header();
  }

  private GgufHeader header() {
    if (cursor.i32("the magic number") != MAGIC) {
      throw cursor.fault(0, "this is no GGUF file: it must begin with GGUF");
    }
    long versionAt = cursor.at();
    int version = cursor.i32("the version");
    if (version != 2 && version != 3) {
      throw unsupported(
          versionAt,
          "GGUF version %s is not supported; convert to version 3, little-endian"
              .formatted(Integer.toUnsignedString(version)));
    }
    int tensorCount = cursor.count(LEAST_DESCRIPTION, "the number of tensors");
    int pairCount = cursor.count(LEAST_PAIR, "the number of key-value pairs");
    for (int i = 0; i < pairCount; i++) {
      readPair();
    }
    List<Description> descriptions = new ArrayList<>();
    for (int i = 0; i < tensorCount; i++) {
      descriptions.add(readDescription());
    }
    long alignment = alignment();
    long dataAt = Math.ceilDiv(cursor.at(), alignment) * alignment;
    return new GgufHeader(
        Collections.unmodifiableMap(values), tensors(descriptions, alignment, dataAt));
  }

  private SquallException unsupported(long position, String reason) {
    return new SquallException(ErrorClass.UNSUPPORTED, cursor.fault(position, reason).getMessage());
  }

  private void readPair() {
    long keyAt = cursor.at();
    String key = cursor.text("a key");
    if (values.containsKey(key)) {
      throw cursor.fault(keyAt, "the key " + Origin.quote(key) + " occurs twice");
    }
    String what = "the value of " + Origin.quote(key);
    long typeAt = cursor.at();
    ValueType type = valueType(typeAt, cursor.i32("the type of " + what), what);
    long at = cursor.at();
    values.put(key, new GgufValue(at, type == ValueType.ARRAY ? array(what) : scalar(type, what)));
  }

  private ValueType valueType(long at, int number, String what) {
    if (number < 0 || number >= ValueType.values().length) {
      throw cursor.fault(
          at, "%s has the unknown type %s".formatted(what, Integer.toUnsignedString(number)));
    }
    return ValueType.values()[number];
  }

  private Object scalar(ValueType type, String what) {
    return switch (type) {
      case F32 -> (double) Float.intBitsToFloat(cursor.i32(what));
      case F64 -> Double.longBitsToDouble(cursor.i64(what));
      case BOOL -> bool(what) != 0;
      case TEXT -> cursor.text(what);
      default -> whole(type, what);
    };
  }

  private long whole(ValueType type, String what) {
    return switch (type) {
      case U8 -> Byte.toUnsignedLong(cursor.i8(what));
      case I8 -> cursor.i8(what);
      case U16 -> Short.toUnsignedLong(cursor.i16(what));
      case I16 -> cursor.i16(what);
      case U32 -> Integer.toUnsignedLong(cursor.i32(what));
      case I32 -> cursor.i32(what);
      case I64 -> cursor.i64(what);
      case U64 -> {
        long at = cursor.at();
        long number = cursor.i64(what);
        if (number < 0) {
          throw cursor.fault(at, what + " does not fit 63 bits");
        }
        yield number;
      }
      case BOOL -> bool(what);
      case F32, F64, TEXT, ARRAY -> throw new IllegalArgumentException(type.name());
    };
  }

  private long bool(String what) {
    long at = cursor.at();
    byte value = cursor.i8(what);
    if (value != 0 && value != 1) {
      throw cursor.fault(at, "%s must be 0 or 1, it is %d".formatted(what, value & 0xFF));
    }
    return value;
  }

  private Object array(String what) {
    long typeAt = cursor.at();
    ValueType type = valueType(typeAt, cursor.i32("the element type of " + what), what);
    if (type == ValueType.ARRAY) {
      throw cursor.fault(typeAt, what + " is an array of arrays");
    }
    int count = cursor.count(type.leastBytes(), "the length of " + what);
    return switch (type) {
      case TEXT -> {
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) {
          texts[i] = cursor.text(what);
        }
        yield texts;
      }
      case F32, F64 -> {
        float[] reals = new float[count];
        for (int i = 0; i < count; i++) {
          reals[i] =
              type == ValueType.F32
                  ? Float.intBitsToFloat(cursor.i32(what))
                  : (float) Double.longBitsToDouble(cursor.i64(what));
        }
        yield reals;
      }
      default -> {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
          numbers[i] = whole(type, what);
        }
        yield numbers;
      }
    };
  }

  /** A tensor before it is known where the data begins. */
  private record Description(
      String name, long at, BlockFormat format, long[] shape, long offsetAt, long offset) {}

  private Description readDescription() {
    long at = cursor.at();
    String name = cursor.text("a tensor's name");
    String tensor = "tensor " + Origin.quote(name);
    long axesAt = cursor.at();
    int axes = cursor.i32("the number of axes of " + tensor);
    if (axes < 1 || axes > MOST_AXES) {
      throw cursor.fault(
          axesAt,
          "%s has %s axes, expected 1 to %d"
              .formatted(tensor, Integer.toUnsignedString(axes), MOST_AXES));
    }
    long[] shape = new long[axes];
    for (int axis = 0; axis < axes; axis++) {
      long extentAt = cursor.at();
      shape[axis] = cursor.i64("the shape of " + tensor);
      if (shape[axis] < 1) {
        throw cursor.fault(
            extentAt,
            "%s has an extent of %s".formatted(tensor, Long.toUnsignedString(shape[axis])));
      }
    }
    long typeAt = cursor.at();
    int type = cursor.i32("the type of " + tensor);
    BlockFormat format =
        TensorTypes.format(type)
            .orElseThrow(
                () ->
                    unsupported(
                        typeAt,
                        "%s is of type %s, which is not supported; convert to one of %s"
                            .formatted(
                                tensor,
                                TensorTypes.name(type),
                                Arrays.stream(BlockFormat.values())
                                    .map(BlockFormat::name)
                                    .collect(Collectors.joining(" ")))));
    long offsetAt = cursor.at();
    long offset = cursor.i64("the offset of " + tensor);
    return new Description(name, at, format, shape, offsetAt, offset);
  }

  private long alignment() {
    GgufValue value = values.get(ALIGNMENT);
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    if (!(value.content() instanceof Long alignment)
        || alignment < 1
        || alignment > 1 << 30
        || Long.bitCount(alignment) != 1) {
      throw cursor.fault(value.at(), Origin.quote(ALIGNMENT) + " must be a power of two");
    }
    return alignment;
  }

  private Map<String, GgufTensor> tensors(
      List<Description> descriptions, long alignment, long dataAt) {
    Map<String, GgufTensor> tensors = new LinkedHashMap<>();
    long fileBytes = cursor.at() + cursor.remaining();
    for (Description description : descriptions) {
      GgufTensor tensor = placed(description, alignment, dataAt, fileBytes);
      if (tensors.put(tensor.name(), tensor) != null) {
        throw cursor.fault(
            description.at(), "tensor " + Origin.quote(description.name()) + " occurs twice");
      }
    }
    requireApart(tensors.values());
    return Collections.unmodifiableMap(tensors);
  }

  private GgufTensor placed(Description it, long alignment, long dataAt, long fileBytes) {
    String tensor = "tensor " + Origin.quote(it.name());
    long row = it.shape()[0];
    if (row % it.format().elements() != 0) {
      throw cursor.fault(
          it.at(),
          "%s has rows of %d elements, no whole blocks of %d (%s)"
              .formatted(tensor, row, it.format().elements(), it.format()));
    }
    long bytes;
    try {
      bytes = Math.multiplyExact(row / it.format().elements(), (long) it.format().bytes());
      for (int axis = 1; axis < it.shape().length; axis++) {
        bytes = Math.multiplyExact(bytes, it.shape()[axis]);
      }
    } catch (ArithmeticException e) {
      throw cursor.fault(
          it.at(),
          "%s of shape %s needs 2^63 bytes or more".formatted(tensor, Arrays.toString(it.shape())));
    }
    if (it.offset() % alignment != 0) {
      throw cursor.fault(
          it.offsetAt(),
          "%s: offset %s is no multiple of the alignment %d"
              .formatted(tensor, Long.toUnsignedString(it.offset()), alignment));
    }
    long room = fileBytes - dataAt;
    if (it.offset() < 0 || it.offset() > room || bytes > room - it.offset()) {
      throw cursor.fault(
          it.offsetAt(),
          "%s: %d bytes at offset %s reach beyond the %d bytes of data; the file is truncated"
              .formatted(tensor, bytes, Long.toUnsignedString(it.offset()), Math.max(0, room)));
    }
    return new GgufTensor(it.name(), it.at(), it.format(), it.shape(), dataAt + it.offset(), bytes);
  }

  private void requireApart(Iterable<GgufTensor> tensors) {
    List<GgufTensor> sorted = new ArrayList<>();
    tensors.forEach(sorted::add);
    sorted.sort(Comparator.comparingLong(GgufTensor::at));
    for (int i = 1; i < sorted.size(); i++) {
      GgufTensor before = sorted.get(i - 1);
      GgufTensor tensor = sorted.get(i);
      if (tensor.at() < before.at() + before.bytes()) {
        throw cursor.fault(
            tensor.describedAt(),
            "tensor %s overlaps tensor %s"
                .formatted(Origin.quote(tensor.name()), Origin.quote(before.name())));
      }
    }
  }
}
