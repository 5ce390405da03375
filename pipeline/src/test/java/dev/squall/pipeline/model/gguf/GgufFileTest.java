package dev.squall.pipeline.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.BlockFormat;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.Origin;
import dev.squall.pipeline.testing.GgufBytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  /** Where the counts stand: after magic and version. */
  private static final int TENSOR_COUNT_AT = 8;

  private static final int PAIR_COUNT_AT = 16;
  private static final int PAIRS_AT = 24;

  @TempDir private Path folder;

  static GgufFile parse(byte[] bytes) {
    MemorySegment segment = Arena.ofAuto().allocate(bytes.length);
    segment.copyFrom(MemorySegment.ofArray(bytes));
    return GgufFile.parse(new Origin("it.gguf"), segment);
  }

  private static void assertRefused(ThrowingCallable call, ErrorClass errorClass, String line) {
    assertThat(catchThrowable(call))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(errorClass))
        .hasMessage(line);
  }

  private static void assertRefused(byte[] bytes, String line) {
    assertRefused(() -> parse(bytes), ErrorClass.INVALID_INPUT, "it.gguf: " + line);
  }

  private static GgufBytes sample() {
    byte[] quantised = new byte[2 * 34];
    quantised[1] = 0x3C;
    quantised[2] = -5;
    return new GgufBytes()
        .text("a.text", "words")
        .u32("a.number", 7)
        .f32("a.real", 2.5f)
        .flag("a.flag", true)
        .texts("a.texts", List.of("one", "twö", ""))
        .i32s("a.numbers", 1, -2)
        .f32s("a.reals", 0.5f)
        .f32Tensor("vector", new float[] {1, 2, 3}, 3)
        .tensor("matrix", BlockFormat.Q8_0, quantised, 32, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void whatIsWrittenIsRead(int version) throws IOException {
    Path path = folder.resolve("sample.gguf");
    Files.write(path, sample().version(version).bytes());
    GgufFile file = GgufFile.open(path);

    assertThat(file.text("a.text")).isEqualTo("words");
    assertThat(file.text("missing", "else")).isEqualTo("else");
    assertThat(file.integer("a.number", 0, 10)).isEqualTo(7);
    assertThat(file.integer("a.number")).isEqualTo(OptionalLong.of(7));
    assertThat(file.integer("missing")).isEmpty();
    assertThat(file.positive("a.real")).hasValue(2.5);
    assertThat(file.flag("a.flag", false)).isTrue();
    assertThat(file.flag("missing", true)).isTrue();
    assertThat(file.texts("a.texts")).containsExactly("one", "twö", "");
    assertThat(file.integers("a.numbers")).containsExactly(1, -2);
    assertThat(file.reals("a.reals")).containsExactly(0.5f);
    assertThat(file.tensorNames()).containsExactly("vector", "matrix");
    assertThat(file.vector("vector", 3)).containsExactly(1, 2, 3);
    assertThat(file.format("matrix")).isEqualTo(BlockFormat.Q8_0);
    Tensor wide = file.widened("matrix", HostThreads.of(2));
    assertThat(wide.shape()).containsExactly(2, 32);
    assertThat(wide.f32(0)).isEqualTo(-5);
    assertThat(file.widened("vector", HostThreads.of(2)).toFloatArray()).containsExactly(1, 2, 3);
    float[] row = new float[32];
    file.matrix("matrix", 2, 32).decoder().row(0, row, 0);
    assertThat(row[0]).isEqualTo(-5);
    assertThat(row[1]).isZero();
  }

  @Test
  void valuesOfAnotherTypeOrRangeAreRefusedWhereTheyStand() {
    GgufFile file = parse(sample().bytes());
    // Key length, key, type; then the value.
    long textAt = PAIRS_AT + 8 + "a.text".length() + 4;
    long numberAt = textAt + 8 + "words".length() + 8 + "a.number".length() + 4;
    assertRefused(
        () -> file.integer("a.text", 0, 1),
        ErrorClass.INVALID_INPUT,
        "it.gguf: byte %d: \"a.text\" must be a whole number".formatted(textAt));
    assertRefused(
        () -> file.integer("a.number", 8, 9),
        ErrorClass.INVALID_INPUT,
        "it.gguf: byte %d: \"a.number\" = 7: expected 8 to 9".formatted(numberAt));
    assertRefused(
        () -> file.text("missing"), ErrorClass.INVALID_INPUT, "it.gguf: lacks the key \"missing\"");
    assertRefused(
        () -> file.vector("missing", 1),
        ErrorClass.INVALID_INPUT,
        "it.gguf: lacks tensor \"missing\"");
    assertThat(catchThrowable(() -> file.matrix("matrix", 1, 64)))
        .hasMessageMatching(
            "it\\.gguf: byte \\d+: tensor \"matrix\" has shape \\[32, 2\\], expected \\[64, 1\\]");
  }

  @Test
  void filesThatAreNoneAreRefused() {
    assertRefused(new byte[0], "byte 0: the file ends inside the magic number");
    assertRefused("GGML....".getBytes(), "byte 0: this is no GGUF file: it must begin with GGUF");
    assertRefused("GGUF".getBytes(), "byte 4: the file ends inside the version");
    assertRefused(
        () -> parse(new GgufBytes().version(1).bytes()),
        ErrorClass.UNSUPPORTED,
        "it.gguf: byte 4: GGUF version 1 is not supported; convert to version 3, little-endian");
    byte[] bigEndian = new GgufBytes().version(3 << 24).bytes();
    assertThat(catchThrowable(() -> parse(bigEndian))).hasMessageContaining("little-endian");
    assertRefused(
        () -> GgufFile.open(folder.resolve("none.gguf")),
        ErrorClass.INVALID_INPUT,
        folder.resolve("none.gguf") + ": no such file");
  }

  @Test
  void countsAndLengthsBeyondTheFileAreRefused() {
    assertRefused(
        withLong(sample().bytes(), TENSOR_COUNT_AT, 1L << 40),
        "byte 8: the number of tensors is 1099511627776; the %d bytes that follow have room for %d"
            .formatted(sample().bytes().length - 16, (sample().bytes().length - 16) / 24));
    assertThat(catchThrowable(() -> parse(withLong(sample().bytes(), PAIR_COUNT_AT, -1))))
        .hasMessageContaining("byte 16: the number of key-value pairs is 18446744073709551615");
    assertThat(catchThrowable(() -> parse(withLong(sample().bytes(), PAIRS_AT, 1 << 30))))
        .hasMessageContaining("byte 24: length of a key is 1073741824");
    assertRefused(
        new GgufBytes().raw("k", 13).bytes(),
        "byte 33: the value of \"k\" has the unknown type 13");
    assertRefused(
        new GgufBytes().raw("k", 7, (byte) 2).bytes(),
        "byte 37: the value of \"k\" must be 0 or 1, it is 2");
    assertRefused(
        new GgufBytes().raw("k", 9, new byte[] {9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}).bytes(),
        "byte 37: the value of \"k\" is an array of arrays");
    assertRefused(
        new GgufBytes().raw("k", 10, new byte[] {0, 0, 0, 0, 0, 0, 0, -128}).bytes(),
        "byte 37: the value of \"k\" does not fit 63 bits");
    assertRefused(
        new GgufBytes().raw("k", 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, -1}).bytes(),
        "byte 45: the value of \"k\" is not UTF-8");
  }

  @Test
  void keysAndTensorsOccurOnce() {
    assertRefused(
        new GgufBytes().u32("k", 1).u32("k", 2).bytes(), "byte 41: the key \"k\" occurs twice");
    float[] one = {1};
    assertThat(
            catchThrowable(
                () -> parse(new GgufBytes().f32Tensor("t", one, 1).f32Tensor("t", one, 1).bytes())))
        .hasMessage("it.gguf: byte 57: tensor \"t\" occurs twice");
  }

  /** One tensor, described from byte 24 on: name 9, axes 4, extents 8 each, type 4, offset 8. */
  private static byte[] single(int type, byte[] data, long... shape) {
    return new GgufBytes().tensor("t", type, data, shape).bytes();
  }

  @Test
  void hostileTensorsAreRefused() {
    byte[] four = new byte[4];
    assertRefused(single(0, four), "byte 33: tensor \"t\" has 0 axes, expected 1 to 4");
    assertRefused(
        single(0, four, 1, 1, 1, 1, 1), "byte 33: tensor \"t\" has 5 axes, expected 1 to 4");
    assertRefused(single(0, four, 0), "byte 37: tensor \"t\" has an extent of 0");
    assertRefused(
        single(0, four, 1, -1), "byte 45: tensor \"t\" has an extent of 18446744073709551615");
    assertRefused(
        single(0, four, 1L << 31, 1L << 31),
        "byte 24: tensor \"t\" of shape [2147483648, 2147483648] needs 2^63 bytes or more");
    assertRefused(
        single(8, new byte[34], 33),
        "byte 24: tensor \"t\" has rows of 33 elements, no whole blocks of 32 (Q8_0)");
    assertRefused(
        single(0, four, 2),
        "byte 49: tensor \"t\": 8 bytes at offset 0 reach beyond the 4 bytes of data; the file is"
            + " truncated");
    byte[] shifted = withLong(single(0, four, 1), 49, 4);
    assertRefused(shifted, "byte 49: tensor \"t\": offset 4 is no multiple of the alignment 32");
    byte[] far = withLong(single(0, four, 1), 49, Long.MIN_VALUE);
    assertRefused(
        far,
        "byte 49: tensor \"t\": 4 bytes at offset 9223372036854775808 reach beyond the 4 bytes of"
            + " data; the file is truncated");
    assertRefused(
        Arrays.copyOf(single(0, four, 1), 57),
        "byte 49: tensor \"t\": 4 bytes at offset 0 reach beyond the 0 bytes of data; the file is"
            + " truncated");
  }

  @Test
  void tensorsMayNotOverlap() {
    byte[] bytes =
        new GgufBytes().f32Tensor("a", new float[9], 9).f32Tensor("b", new float[1], 1).bytes();
    // The second description begins at 57, its offset at 82.
    assertRefused(withLong(bytes, 82, 32), "byte 57: tensor \"b\" overlaps tensor \"a\"");
  }

  @Test
  void unknownTensorTypesAreNamed() {
    assertThat(catchThrowable(() -> parse(single(10, new byte[84], 256))))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED))
        .hasMessage(
            "it.gguf: byte 45: tensor \"t\" is of type 10 (Q2_K), which is not supported; convert"
                + " to one of F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q4_K Q5_K Q6_K");
    assertThat(catchThrowable(() -> parse(single(-1, new byte[84], 256))))
        .hasMessageContaining("is of type 4294967295, which");
  }

  @Test
  void theAlignmentIsThePowerOfTwoThatTheFileSays() {
    assertThat(parse(new GgufBytes().u32("general.alignment", 64).bytes()).tensorNames()).isEmpty();
    assertThat(catchThrowable(() -> parse(new GgufBytes().u32("general.alignment", 48).bytes())))
        .hasMessage("it.gguf: byte 53: \"general.alignment\" must be a power of two");
    assertThat(catchThrowable(() -> parse(new GgufBytes().text("general.alignment", "8").bytes())))
        .hasMessageContaining("must be a power of two");
  }

  private static byte[] withLong(byte[] bytes, int at, long value) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
    return bytes;
  }
}
