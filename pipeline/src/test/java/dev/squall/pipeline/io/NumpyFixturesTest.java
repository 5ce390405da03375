package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static dev.squall.pipeline.io.Samples.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that NumPy and the safetensors library wrote, and the same bytes written by Squall. */
class NumpyFixturesTest {
  private static final double[] FLOATS = {
    0.0, -1.5, 0.333251953125, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 65504.0
  };

  @TempDir Path folder;

  static Stream<Arguments> arrays() {
    return Stream.of(
        Arguments.of("f8", "f64", FLOATS),
        Arguments.of("f4", "f32", FLOATS),
        Arguments.of("f2", "f16", FLOATS),
        Arguments.of("i8", "i64", new double[] {0, 1, -1, -0x1p63, 0x1p63, 42}),
        Arguments.of("i4", "i32", new double[] {0, 1, -1, -2147483648.0, 2147483647.0, 42}),
        Arguments.of("i2", "i16", new double[] {0, 1, -1, -32768, 32767, 42}),
        Arguments.of("i1", "i8", new double[] {0, 1, -1, -128, 127, 42}),
        Arguments.of("u8", "u64", new double[] {0, 1, 2, 0x1p63, 0x1p64, 42}),
        Arguments.of("u4", "u32", new double[] {0, 1, 2, 2147483648.0, 4294967295.0, 42}),
        Arguments.of("u2", "u16", new double[] {0, 1, 2, 32768, 65535, 42}),
        Arguments.of("u1", "u8", new double[] {0, 1, 2, 128, 255, 42}),
        Arguments.of("b1", "bool", new double[] {0, 1, 1, 0, 0, 1}));
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void readsEveryElementType(String name, String label, double[] values) {
    Map<String, Tensor> stored = NpzFile.read(Samples.resourcePath("numpy/stored.npz"));
    Map<String, Tensor> deflated = NpzFile.read(Samples.resourcePath("numpy/deflated.npz"));
    for (Tensor tensor :
        new Tensor[] {
          npy(name), stored.get(name), deflated.get(name), reference().tensor(name),
        }) {
      assertThat(tensor).hasToString(label + "[2, 3]");
      assertThat(LongStream.range(0, 6).mapToDouble(tensor::asDouble))
          .containsExactly(boxed(values));
    }
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void writesTheBytesThatNumPyWrites(String name, String label, double[] values)
      throws IOException {
    Path copy = folder.resolve(label);
    NpyFile.write(copy, npy(name));
    assertThat(copy).hasBinaryContent(Samples.resource("numpy/" + name + ".npy"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      value = {"scalar:f32[]", "vector:i32[5]", "empty:f32[0, 3]"})
  void readsAndWritesEveryRank(String name, String description) {
    Tensor tensor = npy(name);
    assertThat(tensor).hasToString(description);
    NpyFile.write(folder.resolve("t.npy"), tensor);
    assertThat(folder.resolve("t.npy"))
        .hasBinaryContent(Samples.resource("numpy/" + name + ".npy"));
  }

  @Test
  void readsScalarsAndVectors() {
    assertThat(npy("scalar").asDouble(0)).isEqualTo(2.5);
    assertThat(LongStream.range(0, 5).mapToDouble(npy("vector")::asDouble))
        .containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
  }

  @ParameterizedTest
  @CsvSource({"version2", "version3"})
  void readsTheLaterVersions(String name) {
    assertSame(npy(name), npy("f4"));
  }

  @Test
  void readsEntriesLongerThanOneRead() {
    Tensor ramp = NpzFile.read(Samples.resourcePath("numpy/deflated.npz")).get("ramp");
    assertThat(ramp).hasToString("i32[76800]");
    for (long i = 0; i < ramp.elements(); i++) {
      assertThat(ramp.i32(i)).isEqualTo((int) (i % 256));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          fortran    => 44 => Fortran order is not supported; save numpy.ascontiguousarray(a)
          big-endian => 20 => big-endian elements ">f4"; save the array with astype(a.dtype.newbyteorder('<'))
          structured => 20 => structured arrays are not supported; save each field as its own array
          complex    => 20 => element type "<c8" is not supported; convert to one of <f8 <f4 <f2 <i8 <i4 <i2 |i1 <u8 <u4 <u2 |u1 |b1
          objects    => 20 => element type "|O" is not supported; convert to one of <f8 <f4 <f2 <i8 <i4 <i2 |i1 <u8 <u4 <u2 |u1 |b1
          """)
  void saysWhatToDoAboutArraysItCannotRead(String name, int position, String reason) {
    Path path = Samples.resourcePath("numpy/" + name + ".npy");
    assertRefused(() -> NpyFile.read(path), "%s: byte %d: %s".formatted(path, position, reason));
  }

  @Test
  void readsTheReferenceSafetensorsFile() {
    assertThat(reference().names()).hasSize(13);
    assertThat(reference().metadata()).containsOnly(Map.entry("made by", "safetensors \u00e4\n"));
    Tensor bf16 = reference().tensor("bf2");
    assertThat(bf16).hasToString("bf16[2]");
    assertThat(new double[] {bf16.asDouble(0), bf16.asDouble(1)}).containsExactly(1.0, -5.0);
  }

  @Test
  void writesTheBytesThatTheReferenceWrites() {
    Path copy = folder.resolve("copy.safetensors");
    SafetensorsWriter.write(copy, reference().tensors(), reference().metadata());
    assertThat(copy).hasBinaryContent(Samples.resource("numpy/reference.safetensors"));
  }

  private static Tensor npy(String name) {
    return NpyFile.read(Samples.resourcePath("numpy/" + name + ".npy"));
  }

  private static SafetensorsFile reference() {
    return SafetensorsFile.open(Samples.resourcePath("numpy/reference.safetensors"));
  }

  private static Double[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }
}
