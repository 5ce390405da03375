package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static dev.squall.pipeline.io.Samples.assertSame;
import static dev.squall.pipeline.io.Samples.safetensors;
import static dev.squall.pipeline.io.Samples.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
  private static final Origin ORIGIN = new Origin("m.safetensors");
  private static final long SEED = 20_261_124;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void returnsWhatTheWriterWrote(ElementType type) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (long[] shape : new long[][] {{}, {0}, {1}, {7}, {2, 3}, {3, 0, 2}, {1, 1, 1, 1, 9}}) {
      tensors.put(type + Arrays.toString(shape), Samples.random(type, random, shape));
    }
    Path path = folder.resolve("t.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of());
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThat(file.names()).containsExactlyElementsOf(tensors.keySet());
    tensors.forEach((name, tensor) -> assertSame(file.tensor(name), tensor));
  }

  @Test
  void viewsTheFileWithoutCopying() {
    Path path = folder.resolve("t.safetensors");
    SafetensorsWriter.write(path, Map.of("a", Tensor.of(new float[] {1, 2}, 2)), Map.of());
    Tensor tensor = SafetensorsFile.open(path).tensor("a");
    assertThat(tensor.data().isMapped()).isTrue();
    assertThat(tensor.data().isReadOnly()).isTrue();
  }

  @Test
  void readsMisalignedRanges() {
    byte[] file =
        safetensors(
            "{\"one\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"wide\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[1,9]}}",
            9);
    file[file.length - 1] = 0x40; // 2.0 in little-endian IEEE 754
    assertThat(parse(file).tensor("wide").asDouble(0)).isEqualTo(2.0);
  }

  @Test
  void readsRangesInAnyOrderOfNames() {
    SafetensorsFile file =
        parse(
            "{\"late\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]},"
                + "\"empty\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]},"
                + "\"early\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}   ",
            3);
    assertThat(file.names()).containsExactly("late", "empty", "early");
    assertThat(file.tensors().keySet()).containsExactly("late", "empty", "early");
  }

  @Test
  void readsFilesWithoutTensors() {
    assertThat(parse("{}", 0).names()).isEmpty();
    assertThat(parse("{\"__metadata__\":{}}", 0).metadata()).isEmpty();
    assertThat(parse("{\"__metadata__\":{\"k\":\"v\"}}", 0).metadata())
        .containsOnly(Map.entry("k", "v"));
  }

  @Test
  void namesWhatItHoldsWhenATensorIsAbsent() {
    assertRefused(
        () -> parse("{}", 0).tensor("x"), "m.safetensors: no tensor \"x\"; it holds none");
    String entries =
        IntStream.range(0, 10)
            .mapToObj("\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"::formatted)
            .collect(Collectors.joining(",", "{", "}"));
    assertRefused(
        () -> parse(entries, 0).tensor("x\n"),
        "m.safetensors: no tensor \"x\\u000a\"; it holds"
            + " \"t0\", \"t1\", \"t2\", \"t3\", \"t4\", \"t5\", \"t6\", \"t7\" and 2 more");
  }

  @Test
  void refusesUnknownTypesWhenAskedForThem() {
    SafetensorsFile file =
        parse(
            "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[3],\"data_offsets\":[0,3]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}",
            4);
    assertThat(file.tensor("b")).hasToString("u8[1]");
    String line =
        "m.safetensors: byte 13: tensor \"a\": dtype \"F8_E4M3\" is not supported; convert to one"
            + " of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL";
    assertRefused(() -> file.tensor("a"), line);
    assertRefused(file::tensors, line);
  }

  /** Headers over 12 bytes of data; the caret marks the byte that the message must name. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ^                                                                | the header is not a JSON object: it must begin with '{'
          ^[]                                                              | the header is not a JSON object: it must begin with '{'
          ^nonsense                                                        | the header is not a JSON object: it must begin with '{'
          {"a":^[]}                                                        | tensor "a" must be an object
          {"a":^null}                                                      | tensor "a" must be an object
          {"a":{^}}                                                        | tensor "a" lacks dtype
          {"a":{"dtype":"F32"^}}                                           | tensor "a" lacks shape
          {"a":{"dtype":"F32","shape":[3]^}}                               | tensor "a" lacks data_offsets
          {"a":{"dtype":^7}}                                               | tensor "a": dtype must be a string
          {"a":{"shape":^3}}                                               | tensor "a": shape must be a list of whole numbers
          {"a":{"shape":[^"3"]}}                                           | tensor "a": shape must be a list of whole numbers
          {"a":{"shape":[3,^1.0]}}                                         | tensor "a": shape must be a list of whole numbers
          {"a":{"shape":[^-3]}}                                            | tensor "a": shape has a negative number
          {"a":{"shape":[^9223372036854775808]}}                           | tensor "a": shape has a number that does not fit 63 bits
          {"a":{"data_offsets":^{}}}                                       | tensor "a": data_offsets must be a list of whole numbers
          {"a":{"data_offsets":^[0]}}                                      | tensor "a": data_offsets must be two numbers
          {"a":{"data_offsets":[0,1,^2]}}                                  | tensor "a": data_offsets has more than 2 numbers
          {"a":{"data_offsets":[^-1,2]}}                                   | tensor "a": data_offsets has a negative number
          {"a":{"data_offsets":^[8,0]}}                                    | tensor "a": data_offsets [8, 0] are reversed
          {"a":{"data_offsets":^[0,13]}}                                   | tensor "a": data_offsets [0, 13] reach beyond the 12 bytes of data; the file is truncated
          {"a":{^"stride":[1]}}                                            | tensor "a": unknown field "stride"
          {"a":{"dtype":"F32",^"dtype":"F32"}}                             | the key "dtype" occurs twice
          {"a":{"shape":[],^"shape":[]}}                                   | the key "shape" occurs twice
          {"a":{"data_offsets":[0,1],^"data_offsets":[0,1]}}               | the key "data_offsets" occurs twice
          {"a":^{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}         | tensor "a": F32 of shape [2] needs 8 bytes, data_offsets hold 12
          {"a":^{"dtype":"F64","shape":[4,4611686018427387904],"data_offsets":[0,12]}} | tensor "a": F64 of shape [4, 4611686018427387904] needs 2^63 or more bytes, data_offsets hold 12
          {"a":^{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,12]}} | tensor "a": F64 of shape [1152921504606846976] needs 2^63 or more bytes, data_offsets hold 12
          {"__metadata__":^[]}                                             | __metadata__ must be an object of strings
          {"__metadata__":{"k":^1}}                                        | __metadata__ must be an object of strings, "k" is none
          {"__metadata__":{"k":"v",^"k":"v"}}                              | the key "k" occurs twice
          {"__metadata__":{},^"__metadata__":{}}                           | the key "__metadata__" occurs twice
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} ^{}      | something other than blanks follows the header's object
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},^"a":{}}  | the key "a" occurs twice
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":^{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | tensor "b" overlaps tensor "a"
          {"b":^{"dtype":"U8","shape":[9],"data_offsets":[3,12]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  | tensor "b" overlaps tensor "a"
          {"a":^{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}         | 4 bytes between the header and tensor "a" belong to no tensor
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":^{"dtype":"F32","shape":[1],"data_offsets":[8,12]}} | 4 bytes between tensor "a" and tensor "b" belong to no tensor
          """)
  void namesTheByteOfAFaultInTheHeader(String marked, String reason) {
    String header = marked.replaceFirst("\\^", "");
    assertRefused(
        () -> parse(header, 12),
        "m.safetensors: byte %d: %s".formatted(8 + marked.indexOf('^'), reason));
  }

  @Test
  void refusesBytesAfterTheLastTensor() {
    assertRefused(
        () -> parse("{}", 12), "m.safetensors: 12 bytes after the header belong to no tensor");
    assertRefused(
        () -> parse("{\"a\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]}}", 12),
        "m.safetensors: 7 bytes after tensor \"a\" belong to no tensor");
  }

  @Test
  void refusesTwoTensorsOverTheSameBytes() {
    String same = "{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]}";
    assertRefused(
        () -> parse("{\"a\":%s,\"b\":%s}".formatted(same, same), 5),
        "m.safetensors: byte %d: tensor \"b\" overlaps tensor \"a\""
            .formatted(8 + 5 + same.length() + 5));
  }

  @ParameterizedTest
  @CsvSource({"{\"a\", 12", "{\"a\":}, 13", "{'a':1}, 9", "{\"a\":{\"dtype\":\"F32, 22"})
  void refusesWhatIsNotJson(String header, int atLeast) {
    assertThatThrownBy(() -> parse(header, 0))
        .hasMessageMatching("m\\.safetensors: byte \\d+: the header is not JSON: [^\\n]+")
        .satisfies(
            e ->
                assertThat(Integer.parseInt(e.getMessage().replaceAll(".*byte (\\d+).*", "$1")))
                    .isBetween(atLeast, 8 + header.length() + 1));
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] file = safetensors("{\"ab\":{}}", 0);
    file[8 + 3] = (byte) 0xFF;
    assertRefused(() -> parse(file), "m.safetensors: byte 11: the header is not UTF-8");
    // An overlong encoding of a quote, which a lenient decoder would take for one.
    byte[] overlong = safetensors("{\"ab\":{}}", 0);
    overlong[8 + 2] = (byte) 0xC0;
    overlong[8 + 3] = (byte) 0xA2;
    assertRefused(() -> parse(overlong), "m.safetensors: byte 10: the header is not UTF-8");
    byte[] utf16 = safetensors("", 0);
    byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
    byte[] joined = Arrays.copyOf(utf16, 8 + wide.length);
    joined[0] = (byte) wide.length;
    System.arraycopy(wide, 0, joined, 8, wide.length);
    assertThatThrownBy(() -> parse(joined))
        .hasMessageStartingWith(
            "m.safetensors: byte 10: the header is not JSON: Illegal character");
  }

  @Test
  void refusesMoreAxesThanTensorsHave() {
    String header =
        "{\"a\":{\"shape\":[" + "1,".repeat(64) + "1],\"dtype\":\"U8\",\"data_offsets\":[0,1]}}";
    assertRefused(
        () -> parse(header, 1),
        "m.safetensors: byte %d: tensor \"a\": shape has more than 64 numbers"
            .formatted(8 + header.indexOf("1]")));
  }

  @Test
  void refusesHeaderLengthsThatCannotBe() {
    assertRefused(
        () -> parse(new byte[7]),
        "m.safetensors: byte 7: the file ends inside the 8 bytes of its header's length");
    byte[] file = safetensors("{}", 0);
    file[0] = 3;
    assertRefused(
        () -> parse(file),
        "m.safetensors: byte 0: header length 3 reaches beyond the end of the file (10 bytes)");
    Arrays.fill(file, 0, 8, (byte) 0xFF);
    assertRefused(
        () -> parse(file),
        "m.safetensors: byte 0: header length 18446744073709551615 exceeds 100000000;"
            + " this is no safetensors file");
  }

  @Test
  void refusesPathsThatAreNoReadableFile() {
    Path absent = folder.resolve("absent.safetensors");
    assertRefused(() -> SafetensorsFile.open(absent), absent + ": no such file");
    assertRefused(() -> SafetensorsFile.open(folder), folder + ": not a regular file");
  }

  private static SafetensorsFile parse(String header, int dataBytes) {
    return parse(safetensors(header, dataBytes));
  }

  private static SafetensorsFile parse(byte[] file) {
    return SafetensorsFile.parse(ORIGIN, segment(file));
  }
}
