package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static dev.squall.pipeline.io.Samples.assertSame;
import static dev.squall.pipeline.io.Samples.npy;
import static dev.squall.pipeline.io.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  private static final Origin ORIGIN = new Origin("m.npy");
  private static final long SEED = 20_261_123;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BF16")
  void returnsWhatItWrote(ElementType type) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (long[] shape : new long[][] {{}, {0}, {1}, {7}, {2, 3}, {3, 0, 2}, {1, 1, 1, 1, 1, 9}}) {
      Tensor tensor = Samples.random(type, random, shape);
      Path file = folder.resolve("t.npy");
      NpyFile.write(file, tensor);
      assertSame(NpyFile.read(file), tensor);
    }
  }

  @Test
  void writesLargeTensorsInSeveralChunks() {
    Tensor tensor = Samples.random(ElementType.I16, new SplittableRandom(SEED), 3, 500_001);
    NpyFile.write(folder.resolve("t.npy"), tensor);
    assertSame(NpyFile.read(folder.resolve("t.npy")), tensor);
  }

  @Test
  void writesTensorsOverArraysOfAnyType() {
    Tensor tensor = Tensor.over(ElementType.F32, MemorySegment.ofArray(new float[] {1, 2, 3}), 3);
    NpyFile.write(folder.resolve("t.npy"), tensor);
    assertSame(NpyFile.read(folder.resolve("t.npy")), tensor);
  }

  @Test
  void alignsTheElementsTo64Bytes() throws IOException {
    for (int axes = 0; axes <= 64; axes++) {
      long[] shape = new long[axes];
      Arrays.fill(shape, 1);
      NpyFile.write(folder.resolve("t.npy"), Tensor.allocate(ElementType.U8, shape));
      assertThat(Files.size(folder.resolve("t.npy")) % 64).as("%d axes", axes).isEqualTo(1);
      assertThat(NpyFile.read(folder.resolve("t.npy")).rank()).isEqualTo(axes);
    }
  }

  @Test
  void viewsTheFileWithoutCopying() {
    NpyFile.write(folder.resolve("t.npy"), Tensor.of(new int[] {1, 2}, 2));
    Tensor tensor = NpyFile.read(folder.resolve("t.npy"));
    assertThat(tensor.data().isMapped()).isTrue();
    assertThat(tensor.data().isReadOnly()).isTrue();
  }

  @Test
  void refusesToWriteWhatNumPyCannotRead() {
    Path file = folder.resolve("t.npy");
    assertRefused(
        () -> NpyFile.write(file, Tensor.allocate(ElementType.BF16, 2)),
        file + ": a .npy file cannot hold bf16; convert to f32 or write .safetensors");
    long[] shape = new long[65];
    assertRefused(
        () -> NpyFile.write(file, Tensor.allocate(ElementType.F32, shape)),
        file + ": a .npy file holds at most 64 axes");
    assertThat(folder).isEmptyDirectory();
  }

  /** The caret marks the byte that the message must name. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      textBlock =
          """
          ^                                                                  => expected '{', found the end of the header
          ^[]                                                                => expected '{', found "["
          {^                                                                 => expected a key, found the end of the header
          {^descr: '<f4'}                                                    => expected a key, found "d"
          {^'descr                                                           => the string does not end
          {'des^\\x63r': '<f4'}                                              => unexpected character in a string
          {'descr' ^'<f4'}                                                   => expected ':', found "'"
          {'descr': ^4}                                                      => expected a string, found "4"
          {'descr': ^[('x', '<f4')]}                                         => structured arrays are not supported; save each field as its own array
          {'descr': ^'>f4'}                                                  => big-endian elements ">f4"; save the array with astype(a.dtype.newbyteorder('<'))
          {'descr': ^'<c8'}                                                  => element type "<c8" is not supported; convert to one of <f8 <f4 <f2 <i8 <i4 <i2 |i1 <u8 <u4 <u2 |u1 |b1
          {'descr': ^'|f4'}                                                  => element type "|f4" is not supported; convert to one of <f8 <f4 <f2 <i8 <i4 <i2 |i1 <u8 <u4 <u2 |u1 |b1
          {'descr': '<f4'^ 'shape': (2,)}                                    => expected ',', found "'"
          {'descr': '<f4', ^'descr': '<f4'}                                  => the key "descr" occurs twice
          {'shape': (2,), ^'shape': (2,)}                                    => the key "shape" occurs twice
          {'fortran_order': False, ^'fortran_order': False}                  => the key "fortran_order" occurs twice
          {^'order': 'C'}                                                    => unknown key "order" in the header
          {'fortran_order': ^True, 'descr': '<f4', 'shape': (2,)}            => Fortran order is not supported; save numpy.ascontiguousarray(a)
          {'fortran_order': ^0}                                              => expected True or False, found "0"
          {'fortran_order': ^Fals                                            => expected True or False, found "F"
          {'shape': ^[2]}                                                    => expected '(', found "["
          {'shape': (2^)}                                                    => expected ',' as in (3,), found ")"
          {'shape': (^,)}                                                    => expected a whole number, found ","
          {'shape': (^2.0,)}                                                 => expected ',' or ')', found "."
          {'shape': (2 ^3)}                                                  => expected ',' or ')', found "3"
          {'shape': (^-2,)}                                                  => negative extent in the shape
          {'shape': (^007,)}                                                 => expected a whole number, found "0"
          {'shape': (^9223372036854775808,)}                                 => extent "9223372036854775808" does not fit 63 bits
          {'shape': (2,), 'fortran_order': False^}                           => the header lacks the key "descr"
          {'shape': (2,), 'descr': '<f4'^}                                   => the header lacks the key "fortran_order"
          {'descr': '<f4', 'fortran_order': False, ^}                        => the header lacks the key "shape"
          {'descr': '<f4', 'fortran_order': False, 'shape': (2,)} ^#         => expected only blanks after the dictionary, found "#"
          """)
  void namesTheByteOfAFaultInTheHeader(String marked, String reason) {
    String dictionary = marked == null ? "" : marked.replaceFirst("\\^", "");
    int at = marked.indexOf('^');
    // The parser names the token it could not use, not the blanks in front of it.
    while (at < dictionary.length() && dictionary.charAt(at) == ' ') {
      at++;
    }
    // A number is read whole before what follows it turns out to be wrong.
    int position = 10 + at + (marked.contains("^2.0") ? 1 : 0);
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(npy(dictionary, 8))),
        "m.npy: byte %d: %s".formatted(position, reason));
  }

  @Test
  void refusesMoreAxesThanNumPyHas() {
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, ".repeat(65) + ")}";
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(npy(dictionary, 4))),
        "m.npy: byte %d: the shape has more than 64 axes".formatted(10 + 52 + 64 * 3 - 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }      \n",
        "{\"shape\":(2,),\"descr\":\"<f4\",\"fortran_order\":False}",
        "{ 'shape' : ( 2 , ) , 'fortran_order' : False , 'descr' : '<f4' } ",
      })
  void readsTheDictionaryInAnySpelling(String dictionary) {
    Tensor tensor = NpyFile.parse(ORIGIN, segment(npy(dictionary, 8)));
    assertThat(tensor).hasToString("f32[2]");
  }

  @ParameterizedTest
  @CsvSource({"<i1, i8", "<u1, u8", "<b1, bool", "|i1, i8", "|u1, u8", "|b1, bool"})
  void acceptsBothByteOrderMarksOfSingleBytes(String description, String label) {
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': (3,)}".formatted(description);
    assertThat(NpyFile.parse(ORIGIN, segment(npy(dictionary, 3)))).hasToString(label + "[3]");
  }

  @Test
  void refusesWhatIsNoNpyFile() {
    String reason = "m.npy: byte 0: not a .npy file: it does not begin with \\x93NUMPY";
    assertRefused(() -> NpyFile.parse(ORIGIN, segment(new byte[0])), reason);
    assertRefused(() -> NpyFile.parse(ORIGIN, segment(new byte[] {(byte) 0x93, 'N'})), reason);
    assertRefused(() -> NpyFile.parse(ORIGIN, segment("PK\3\4 and more".getBytes())), reason);
  }

  @Test
  void refusesUnknownVersions() {
    for (byte[] version : new byte[][] {{0, 0}, {4, 0}, {1, 1}, {(byte) 255, 0}}) {
      byte[] file = npy("", 0);
      file[6] = version[0];
      file[7] = version[1];
      assertRefused(
          () -> NpyFile.parse(ORIGIN, segment(file)),
          "m.npy: byte 6: unknown version %d.%d of the .npy format; save it as version 1.0, 2.0 or 3.0"
              .formatted(version[0] & 0xFF, version[1]));
    }
  }

  @Test
  void refusesTruncationInsideTheHeader() {
    byte[] file = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 8);
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(Arrays.copyOf(file, 9))),
        "m.npy: byte 9: the file ends inside its header");
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(Arrays.copyOf(file, 40))),
        "m.npy: byte 8: header length 58 reaches beyond the end of the file (40 bytes)");
    byte[] second = Arrays.copyOf(file, 11);
    second[6] = 2;
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(second)),
        "m.npy: byte 11: the file ends inside its header");
  }

  @Test
  void refusesAbsurdHeaderLengths() {
    byte[] file = npy("    ", 0);
    file[6] = 3;
    Arrays.fill(file, 8, 12, (byte) 0xFF);
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(file)),
        "m.npy: byte 8: header length 4294967295 exceeds 65535");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(2,) | 7 | f32[2] needs 8 bytes, 7 follow the header; the file is truncated",
        "(2,) | 9 | f32[2] needs 8 bytes, 9 follow the header; the file is longer than it says",
        "(0, 5) | 4 | f32[0, 5] needs 0 bytes, 4 follow the header; the file is longer than it says",
        "() | 0 | f32[] needs 4 bytes, 0 follow the header; the file is truncated",
        "(4611686018427387904, 4) | 8 | f32[4611686018427387904, 4] is larger than any file",
        "(2305843009213693952,) | 8 | f32[2305843009213693952] is larger than any file",
      })
  void refusesSizesThatDisagreeWithTheShape(String shape, int dataBytes, String reason) {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': %s}".formatted(shape);
    assertRefused(
        () -> NpyFile.parse(ORIGIN, segment(npy(dictionary, dataBytes))),
        "m.npy: byte %d: %s".formatted(10 + dictionary.length(), reason));
  }

  @Test
  void refusesPathsThatAreNoReadableFile() {
    Path absent = folder.resolve("absent.npy");
    assertRefused(() -> NpyFile.read(absent), absent + ": no such file");
    assertRefused(() -> NpyFile.read(folder), folder + ": not a regular file");
  }

  @Test
  void keepsMessagesOnOneLine() throws IOException {
    Path file = folder.resolve("two\nlines.npy");
    Files.write(file, npy("{'a\u0085b': 1}", 0));
    assertThatThrownBy(() -> NpyFile.read(file))
        .hasMessage(folder + "/two\\u000alines.npy: byte 13: unexpected character in a string");
  }
}
