package dev.squall.pipeline.io;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PytorchFileTest {
  @TempDir private Path folder;

  @Test
  void readsWhatPythonPickled() {
    Map<String, Tensor> tensors = PytorchFile.read(resource("checkpoint.pth"));
    assertThat(tensors.keySet())
        .containsExactly(
            "model.layer.weight",
            "model.layer.turned",
            "model.layer.row",
            "half",
            "bf16",
            "long",
            "scalar",
            "bytes.0");
    Tensor weight = tensors.get("model.layer.weight");
    assertThat(weight.type()).isEqualTo(ElementType.F32);
    assertThat(weight.shape()).containsExactly(4, 6);
    Tensor turned = tensors.get("model.layer.turned");
    assertThat(turned.shape()).containsExactly(6, 4);
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 6; column++) {
        assertThat(weight.f32(row * 6L + column)).isEqualTo(row * 6 + column);
        assertThat(turned.f32(column * 4L + row)).isEqualTo(row * 6 + column);
      }
    }
    assertThat(tensors.get("model.layer.row").toFloatArray()).containsExactly(6, 7, 8, 9, 10, 11);
    for (String name : new String[] {"half", "bf16"}) {
      assertThat(tensors.get(name).toF32().toFloatArray()).containsExactly(1, -2, .5f);
    }
    assertThat(tensors.get("long").asDouble(1)).isEqualTo(-9e9);
    assertThat(tensors.get("scalar").shape()).isEmpty();
    assertThat(tensors.get("scalar").asDouble(0)).isEqualTo(.1);
    assertThat(tensors.get("bytes.0").u8(1)).isEqualTo(255);
  }

  @Test
  void readsProtocolFour() {
    assertThat(PytorchFile.read(resource("checkpoint-protocol4.pth")).get("w").shape())
        .containsExactly(2, 12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          os-system        | the pickle names "posix.system", which is nothing that tensors need
          eval             | the pickle names "builtins.eval", which is nothing that tensors need
          out-of-range     | tensor "w": elements 10 to 33 of a storage of 24
          bomb             | tensor "w": 1099511627776 elements out of a storage of 24
          negative-stride  | tensor "w": a negative extent or stride
          big-endian       | only little-endian storages are read
          deflated         | is compressed; PyTorch stores its entries
          missing-storage  | no storage "archive/data/0"
          lying-elements   | storage "0" has 96 bytes, 24 elements of f64 are declared
          cycle            | dictionaries nested deeper than 16
          path             | storage key "../../x"
          truncated        | cannot be read as a PyTorch checkpoint
          many             | tensors share storages more than 16 times
          """)
  void refusesInOneLine(String seed, String message) {
    assertRefused(resource("TensorFilesFuzzTestInputs/pth/" + seed), message);
  }

  @Test
  void refusesForeignPrograms() throws IOException {
    Map<String, String> programs =
        Map.ofEntries(
            entry("i0\n.", "byte 0: opcode 0x69 is not one that checkpoints of tensors need"),
            entry("cos\nsystem\n.", "byte 0: the pickle names \"os.system\", which is nothing"),
            entry("cbuiltins\neval\n.", "refused, nothing was executed"),
            entry("ctorch\nload\n.", "the pickle names \"torch.load\""),
            entry(")R.", "byte 1: a value is taken that is not there"),
            entry("K\1K\1R.", "byte 4: a call of what is no function; refused"),
            entry("K\1", "byte 2: the pickle ends without its stop"),
            entry("X\t\0\0\0a.", "byte 0: the pickle ends inside an operand"),
            entry("X\0\0\0\u00ff.", "byte 0: the pickle ends inside an operand"),
            entry("t.", "byte 0: no mark on the stack"),
            entry("h\7.", "byte 0: value 7 was never remembered"),
            entry("K\1K\2.", "byte 4: the pickle stops with values left over"),
            entry("}K\1b.", "byte 3: attributes of what is no dictionary; refused"),
            entry("K\1Q.", "byte 2: a persistent id that is no storage"),
            entry("\u0080\u0009.", "byte 0: pickle protocol 9, expected 2 to 5"),
            entry("}.", "holds no tensors"));
    Path file = folder.resolve("made.pth");
    for (Map.Entry<String, String> one : programs.entrySet()) {
      write(file, one.getKey().getBytes(StandardCharsets.ISO_8859_1));
      assertRefused(file, one.getValue());
    }
  }

  private static void write(Path file, byte[] code) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("a/data.pkl");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(code.length);
      CRC32 sum = new CRC32();
      sum.update(code);
      entry.setCrc(sum.getValue());
      zip.putNextEntry(entry);
      zip.write(code);
    }
  }

  @Test
  void refusesFilesThatAreNoCheckpoints() throws IOException {
    Path text = Files.writeString(folder.resolve("text.pth"), "no zip");
    assertRefused(text, "cannot be read as a PyTorch checkpoint");
    assertRefused(folder.resolve("absent.pth"), "no such file");
    assertRefused(resource("numpy/stored.npz"), "no entry data.pkl");
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> PytorchFile.read(file))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> {
              assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
              assertThat(e.getMessage()).hasLineCount(1);
            })
        .hasMessageContaining(message);
  }

  private static Path resource(String name) {
    try {
      return Path.of(PytorchFileTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
