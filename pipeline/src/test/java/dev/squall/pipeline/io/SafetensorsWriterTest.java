package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void writesTheBytesOfTheFormat() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", Tensor.of(ElementType.U8, new byte[] {1, 2, (byte) 0xFF}, 3));
    tensors.put("a", Tensor.of(new float[] {1.0f, -2.5f}, 1, 2));
    Path path = folder.resolve("t.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of("k", "v"));
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[3,11]}}";
    assertThat(header.length()).isEqualTo(136 - 2);
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(path)))
        .isEqualTo(
            "8800000000000000"
                + HexFormat.of().formatHex((header + "  ").getBytes())
                + "0102ff"
                + "0000803f"
                + "000020c0");
  }

  @Test
  void writesFilesWithoutTensors() throws IOException {
    Path path = folder.resolve("t.safetensors");
    SafetensorsWriter.write(path, Map.of(), Map.of());
    assertThat(Files.readAllBytes(path)).asString().isEqualTo("\b\0\0\0\0\0\0\0{}      ");
  }

  @Test
  void keepsMetadataAndNamesOfAnyCharacters() {
    Path path = folder.resolve("t.safetensors");
    String name = "ä\n\"\\\u0000\u2028\uD83D\uDE00";
    SafetensorsWriter.write(
        path, Map.of(name, Tensor.of(new int[] {7}, 1)), Map.of(name, name + name));
    SafetensorsFile file = SafetensorsFile.open(path);
    assertThat(file.tensor(name).i32(0)).isEqualTo(7);
    assertThat(file.metadata()).containsOnly(Map.entry(name, name + name));
  }

  @Test
  void refusesTensorsThatTheFormatCannotHold() {
    Path path = folder.resolve("t.safetensors");
    Tensor tensor = Tensor.of(new int[] {7}, 1);
    assertRefused(
        () -> SafetensorsWriter.write(path, Map.of("__metadata__", tensor), Map.of()),
        path + ": a tensor cannot be named __metadata__");
    assertRefused(
        () ->
            SafetensorsWriter.write(
                path, Map.of("deep", Tensor.allocate(ElementType.U8, new long[65])), Map.of()),
        path + ": tensor \"deep\" has more than 64 axes");
    assertThat(folder).isEmptyDirectory();
  }
}
