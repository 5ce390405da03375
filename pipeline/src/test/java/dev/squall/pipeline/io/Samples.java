package dev.squall.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Tensors and files that several tests share, and what they assert about them. */
final class Samples {
  private static final String FOLDER = "/dev/squall/pipeline/io/";

  private Samples() {}

  /** A tensor of random bits, which every reader and writer must carry unchanged. */
  static Tensor random(ElementType type, SplittableRandom random, long... shape) {
    Tensor tensor = Tensor.allocate(type, shape);
    for (long i = 0; i < tensor.bytes(); i++) {
      int bits = type == ElementType.BOOL ? random.nextInt(2) : random.nextInt();
      tensor.data().set(ValueLayout.JAVA_BYTE, i, (byte) bits);
    }
    return tensor;
  }

  static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.toString()).isEqualTo(expected.toString());
    assertThat(actual.data().mismatch(expected.data())).as("first differing byte").isEqualTo(-1);
  }

  /** Asserts INVALID_INPUT with exactly this line. */
  static void assertRefused(ThrowingCallable call, String line) {
    assertThat(catchThrowable(call))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessage(line);
  }

  /** A committed test file; the README beside them says how they were made. */
  static byte[] resource(String name) {
    try (InputStream in = Samples.class.getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path resourcePath(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Samples.class.getResource(FOLDER + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A safetensors file of this header and as many zero bytes of data. */
  static byte[] safetensors(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  /** A version 1.0 file of this header and as many zero bytes of data. */
  static byte[] npy(String dictionary, int dataBytes) {
    byte[] header = dictionary.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(10 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) header.length)
        .put(header)
        .array();
  }

  static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }
}
