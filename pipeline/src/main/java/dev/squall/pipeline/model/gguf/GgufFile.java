package dev.squall.pipeline.model.gguf;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.BlockFormat;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.kernels.host.RowDecoder;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.MappedFile;
import dev.squall.pipeline.io.Origin;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** A GGUF file, mapped: opening reads the header, tensors are views. */
public final class GgufFile {
  private final Origin origin;
  private final MemorySegment file;
  private final GgufHeader header;

  private GgufFile(Origin origin, MemorySegment file, GgufHeader header) {
    this.origin = origin;
    this.file = file;
    this.header = header;
  }

  /**
   * Maps a file and checks its whole header.
   *
   * @throws SquallException INVALID_INPUT when the file is absent, unreadable or malformed,
   *     UNSUPPORTED for a version or tensor type that is none of ours
   */
  public static GgufFile open(Path path) {
    return parse(Origin.of(path), MappedFile.map(path));
  }

  static GgufFile parse(Origin origin, MemorySegment file) {
    return new GgufFile(origin, file, GgufHeaderReader.read(origin, file));
  }

  /** The file, for messages. */
  public String name() {
    return origin.name();
  }

  public Set<String> tensorNames() {
    return header.tensors().keySet();
  }

  public boolean hasTensor(String name) {
    return header.tensors().containsKey(name);
  }

  /**
   * The text under {@code key}.
   *
   * @throws SquallException INVALID_INPUT if it is absent or no text
   */
  public String text(String key) {
    return value(key).as(String.class, origin, key, "a string");
  }

  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key) ? value(key).as(Boolean.class, origin, key, "a boolean") : otherwise;
  }

  /** The whole number under {@code key}, which must lie in [least, most]. */
  public int integer(String key, int least, int most) {
    GgufValue value = value(key);
    long number = value.as(Long.class, origin, key, "a whole number");
    if (number < least || number > most) {
      throw origin.fault(
          value.at(),
          "%s = %d: expected %d to %d".formatted(Origin.quote(key), number, least, most));
    }
    return (int) number;
  }

  public OptionalLong integer(String key) {
    return has(key)
        ? OptionalLong.of(value(key).as(Long.class, origin, key, "a whole number"))
        : OptionalLong.empty();
  }

  /** The real number under {@code key}, which must be above zero and finite. */
  public OptionalDouble positive(String key) {
    if (!has(key)) {
      return OptionalDouble.empty();
    }
    GgufValue value = value(key);
    double number = value.as(Double.class, origin, key, "a real number");
    if (!(number > 0) || Double.isInfinite(number)) {
      throw origin.fault(
          value.at(), "%s = %s: expected a number above 0".formatted(Origin.quote(key), number));
    }
    return OptionalDouble.of(number);
  }

  /** The strings under {@code key}. */
  public String[] texts(String key) {
    return value(key).as(String[].class, origin, key, "an array of strings");
  }

  /** The whole numbers under {@code key}. */
  public long[] integers(String key) {
    return value(key).as(long[].class, origin, key, "an array of whole numbers");
  }

  /** The real numbers under {@code key}. */
  public float[] reals(String key) {
    return value(key).as(float[].class, origin, key, "an array of real numbers");
  }

  public boolean has(String key) {
    return header.values().containsKey(key);
  }

  /** A complaint about the value under {@code key}. */
  public SquallException fault(String key, String reason) {
    return has(key)
        ? origin.fault(value(key).at(), Origin.quote(key) + " " + reason)
        : origin.fault(Origin.quote(key) + " " + reason);
  }

  /**
   * A matrix as the file keeps it.
   *
   * @throws SquallException INVALID_INPUT if it is absent or of another shape
   */
  public QuantizedMatrix matrix(String name, int rows, int depth) {
    GgufTensor tensor = tensor(name, depth, rows);
    return new QuantizedMatrix(
        tensor.format(), file.asSlice(tensor.at(), tensor.bytes()), rows, depth);
  }

  /**
   * A vector in single precision.
   *
   * @throws SquallException INVALID_INPUT if it is absent or of another length
   */
  public float[] vector(String name, int length) {
    GgufTensor tensor = tensor(name, length);
    QuantizedMatrix row =
        new QuantizedMatrix(tensor.format(), file.asSlice(tensor.at(), tensor.bytes()), 1, length);
    float[] values = new float[length];
    row.decoder().row(0, values, 0);
    return values;
  }

  /**
   * A tensor in single precision, widened now; the axis that runs fastest is the last.
   *
   * @throws SquallException INVALID_INPUT if it is absent, OUT_OF_MEMORY if it does not fit
   */
  public Tensor widened(String name, HostThreads threads) {
    GgufTensor tensor = tensor(name);
    long[] shape = new long[tensor.shape().length];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = tensor.shape()[shape.length - 1 - axis];
    }
    Tensor wide = Tensor.allocate(ElementType.F32, shape);
    int depth = Math.toIntExact(tensor.shape()[0]);
    QuantizedMatrix rows =
        new QuantizedMatrix(
            tensor.format(),
            file.asSlice(tensor.at(), tensor.bytes()),
            Math.toIntExact(wide.elements() / depth),
            depth);
    threads.forEach(
        rows.rows(),
        () -> new WideRow(rows.decoder(), new float[depth]),
        (row, index) -> row.copy((int) index, wide));
    return wide;
  }

  /** The row that a thread widens. */
  private record WideRow(RowDecoder decoder, float[] values) {
    void copy(int row, Tensor to) {
      decoder.row(row, values, 0);
      long at = (long) row * values.length * Float.BYTES;
      MemorySegment.copy(values, 0, to.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, at, values.length);
    }
  }

  private GgufTensor tensor(String name) {
    GgufTensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw origin.fault("lacks tensor " + Origin.quote(name));
    }
    return tensor;
  }

  private GgufTensor tensor(String name, long... shape) {
    GgufTensor tensor = tensor(name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw origin.fault(
          tensor.describedAt(),
          "tensor %s has shape %s, expected %s"
              .formatted(
                  Origin.quote(name), Arrays.toString(tensor.shape()), Arrays.toString(shape)));
    }
    return tensor;
  }

  private GgufValue value(String key) {
    GgufValue value = header.values().get(key);
    if (value == null) {
      throw origin.fault("lacks the key " + Origin.quote(key));
    }
    return value;
  }

  /** How a tensor is kept. */
  public BlockFormat format(String name) {
    return tensor(name).format();
  }

  /** All tensors by name, for whoever lists them. */
  Map<String, GgufTensor> tensors() {
    return header.tensors();
  }
}
