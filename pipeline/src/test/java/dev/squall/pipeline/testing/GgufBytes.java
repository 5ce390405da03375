package dev.squall.pipeline.testing;

import dev.squall.kernels.host.BlockFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Puts GGUF files together, byte by byte. */
public final class GgufBytes {
  private static final Map<BlockFormat, Integer> TYPES = new EnumMap<>(BlockFormat.class);

  static {
    TYPES.put(BlockFormat.F32, 0);
    TYPES.put(BlockFormat.F16, 1);
    TYPES.put(BlockFormat.Q4_0, 2);
    TYPES.put(BlockFormat.Q4_1, 3);
    TYPES.put(BlockFormat.Q5_0, 6);
    TYPES.put(BlockFormat.Q8_0, 8);
    TYPES.put(BlockFormat.Q4_K, 12);
    TYPES.put(BlockFormat.Q5_K, 13);
    TYPES.put(BlockFormat.Q6_K, 14);
    TYPES.put(BlockFormat.BF16, 30);
  }

  private static final int ALIGNMENT = 32;

  private final Sink pairs = new Sink();
  private int pairCount;
  private final List<Described> tensors = new ArrayList<>();
  private int version = 3;

  private record Described(String name, int type, long[] shape, byte[] data) {}

  public GgufBytes version(int number) {
    version = number;
    return this;
  }

  public GgufBytes text(String key, String value) {
    key(key, 8).text(value);
    return this;
  }

  public GgufBytes u32(String key, long value) {
    key(key, 4).i32((int) value);
    return this;
  }

  public GgufBytes f32(String key, float value) {
    key(key, 6).i32(Float.floatToRawIntBits(value));
    return this;
  }

  public GgufBytes flag(String key, boolean value) {
    key(key, 7).i8(value ? 1 : 0);
    return this;
  }

  public GgufBytes texts(String key, List<String> values) {
    array(key, 8, values.size());
    values.forEach(pairs::text);
    return this;
  }

  public GgufBytes i32s(String key, int... values) {
    array(key, 5, values.length);
    for (int value : values) {
      pairs.i32(value);
    }
    return this;
  }

  public GgufBytes f32s(String key, float... values) {
    array(key, 6, values.length);
    for (float value : values) {
      pairs.i32(Float.floatToRawIntBits(value));
    }
    return this;
  }

  /** A key-value pair of any type, the value as raw bytes. */
  public GgufBytes raw(String key, int type, byte... value) {
    key(key, type).bytes(value);
    return this;
  }

  private void array(String key, int type, int count) {
    key(key, 9).i32(type);
    pairs.i64(count);
  }

  private Sink key(String key, int type) {
    pairCount++;
    pairs.text(key);
    pairs.i32(type);
    return pairs;
  }

  /**
   * @param shape the fastest running extent first
   */
  public GgufBytes tensor(String name, BlockFormat format, byte[] data, long... shape) {
    return tensor(name, TYPES.get(format), data, shape);
  }

  public GgufBytes tensor(String name, int type, byte[] data, long... shape) {
    tensors.add(new Described(name, type, shape, data));
    return this;
  }

  public GgufBytes f32Tensor(String name, float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return tensor(name, BlockFormat.F32, bytes.array(), shape);
  }

  /** The file. */
  public byte[] bytes() {
    Sink file = new Sink();
    file.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    file.i32(version);
    file.i64(tensors.size());
    file.i64(pairCount);
    file.bytes(pairs.toByteArray());
    long offset = 0;
    for (Described tensor : tensors) {
      file.text(tensor.name());
      file.i32(tensor.shape().length);
      for (long extent : tensor.shape()) {
        file.i64(extent);
      }
      file.i32(tensor.type());
      file.i64(offset);
      offset += Math.ceilDiv(tensor.data().length, ALIGNMENT) * (long) ALIGNMENT;
    }
    for (Described tensor : tensors) {
      file.align();
      file.bytes(tensor.data());
    }
    return file.toByteArray();
  }

  private static final class Sink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void i8(int value) {
      out.write(value);
    }

    void i32(int value) {
      for (int i = 0; i < 4; i++) {
        out.write(value >> 8 * i);
      }
    }

    void i64(long value) {
      i32((int) value);
      i32((int) (value >> 32));
    }

    void text(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      i64(utf8.length);
      bytes(utf8);
    }

    void bytes(byte[] values) {
      out.writeBytes(values);
    }

    void align() {
      while (out.size() % ALIGNMENT != 0) {
        out.write(0);
      }
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }
  }
}
