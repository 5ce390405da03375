package dev.squall.pipeline.fpga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BitstreamStoreTest {
  private static final FpgaDevice DEVICE = new FpgaDevice("platform", "card", "OpenCL 1.2", "7");

  @TempDir private Path folder;

  private static BitstreamStore.Built built(String name, String content) {
    return new BitstreamStore.Built(
        "some.pack." + name,
        name.substring(name.indexOf('.') + 1),
        "hash of " + name,
        "key of " + name,
        content.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theManifestDescribesEachFile() throws IOException {
    BitstreamStore.write(folder, DEVICE, List.of(built("B.b", "two"), built("A.a", "abc")));

    JsonNode entry =
        new ObjectMapper()
            .readTree(folder.resolve("manifest.json").toFile())
            .get("bitstreams")
            .get(0);
    assertThat(entry.get("kernel").asText()).isEqualTo("some.pack.A.a");
    assertThat(entry.get("entryPoint").asText()).isEqualTo("a");
    assertThat(entry.get("sourceHash").asText()).isEqualTo("hash of A.a");
    assertThat(entry.get("device").get("name").asText()).isEqualTo("card");
    assertThat(entry.get("device").get("driver").asText()).isEqualTo("7");
    assertThat(entry.get("file").asText()).isEqualTo("A.a.aocx");
    // The example of FIPS 180-4.
    assertThat(entry.get("sha256").asText())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(folder.resolve("A.a.aocx")).hasContent("abc");
  }

  @Test
  void whatIsWrittenIsFoundByItsKeyAlone() {
    BitstreamStore.write(folder, DEVICE, List.of(built("A.a", "abc")));
    BitstreamStore store = BitstreamStore.read(folder);

    assertThat(store.find("key of A.a")).hasValue("abc".getBytes(StandardCharsets.UTF_8));
    assertThat(store.find("key of B.b")).isEmpty();
    assertThat(BitstreamStore.read(folder.resolve("none")).all()).isEmpty();
  }

  @Test
  void aChangedOrMissingFileIsNoBitstream() throws IOException {
    BitstreamStore.write(folder, DEVICE, List.of(built("A.a", "abc"), built("B.b", "two")));
    Files.writeString(folder.resolve("A.a.aocx"), "abd");
    Files.delete(folder.resolve("B.b.aocx"));
    BitstreamStore store = BitstreamStore.read(folder);

    assertThat(store.find("key of A.a")).isEmpty();
    assertThat(store.find("key of B.b")).isEmpty();
  }

  @Test
  void whatIsNotWrittenAnewGoes() {
    BitstreamStore.write(folder, DEVICE, List.of(built("A.a", "abc"), built("B.b", "two")));
    BitstreamStore.write(folder, DEVICE, List.of(built("B.b", "two")));

    assertThat(folder.resolve("A.a.aocx")).doesNotExist();
    assertThat(folder.resolve("B.b.aocx")).exists();
  }

  @Test
  void aBrokenManifestNamesItsCure() throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "{\"bitstreams\": 3}");

    assertThatThrownBy(() -> BitstreamStore.read(folder))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("manifest.json")
        .hasMessageContaining("./squall fpga build")
        .message()
        .doesNotContain("\n");
  }
}
