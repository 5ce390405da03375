package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static dev.squall.pipeline.io.Samples.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorFilesTest {
  private static final Tensor TENSOR = Tensor.of(new float[] {1, 2, 3}, 3);

  @TempDir Path folder;

  @Test
  void readsEveryFormatBySuffix() throws IOException {
    NpyFile.write(folder.resolve("layer.0.npy"), TENSOR);
    assertSame(TensorFiles.read(folder.resolve("layer.0.npy")).get("layer.0"), TENSOR);
    SafetensorsWriter.write(folder.resolve("s.SAFETENSORS"), Map.of("x", TENSOR), Map.of());
    assertSame(TensorFiles.read(folder.resolve("s.SAFETENSORS")).get("x"), TENSOR);
    Files.write(folder.resolve("z.npz"), Samples.resource("numpy/stored.npz"));
    assertThat(TensorFiles.read(folder.resolve("z.npz"))).hasSize(12).containsKey("f4");
    Files.write(folder.resolve("c.pth"), Samples.resource("checkpoint-protocol4.pth"));
    assertThat(TensorFiles.read(folder.resolve("c.pth"))).containsOnlyKeys("w");
  }

  @ParameterizedTest
  @CsvSource({
    "numpy/f4.npy, tensor",
    "numpy/stored.npz, f4",
    "numpy/reference.safetensors, f4",
  })
  void readsOtherNamesByContent(String resource, String name) throws IOException {
    Path path = folder.resolve("tensor.bin");
    Files.write(path, Samples.resource(resource));
    assertThat(TensorFiles.read(path).get(name)).hasToString("f32[2, 3]");
  }

  @ParameterizedTest
  @CsvSource({"''", "P", "01234567", "0123456789"})
  void refusesUnknownContent(String content) throws IOException {
    Path path = folder.resolve("tensor.bin");
    Files.writeString(path, content);
    assertRefused(
        () -> TensorFiles.read(path),
        path + ": byte 0: neither name nor content is .safetensors, .npy or .npz; convert it");
  }

  @Test
  void readsAFolderInTheOrderOfItsFiles() throws IOException {
    NpyFile.write(folder.resolve("c.npy"), TENSOR);
    SafetensorsWriter.write(folder.resolve("b.safetensors"), Map.of("x", TENSOR), Map.of());
    NpyFile.write(folder.resolve("a.npy"), TENSOR);
    Files.writeString(folder.resolve("README.md"), "not a tensor");
    assertThat(TensorFiles.read(folder).keySet()).containsExactly("a", "x", "c");
  }

  @Test
  void refusesTwoTensorsOfOneName() {
    NpyFile.write(folder.resolve("x.npy"), TENSOR);
    SafetensorsWriter.write(folder.resolve("b.safetensors"), Map.of("x", TENSOR), Map.of());
    assertRefused(
        () -> TensorFiles.read(folder),
        folder.resolve("x.npy")
            + ": tensor \"x\" is also in "
            + folder.resolve("b.safetensors")
            + "; keep one of them");
  }

  @Test
  void refusesFoldersWithoutTensors() {
    assertRefused(
        () -> TensorFiles.read(folder), folder + ": no .safetensors or .npy file in this folder");
  }

  @Test
  void refusesAbsentFilesAndDevices() {
    for (String name : new String[] {"absent", "absent.npy", "absent.npz", "absent.safetensors"}) {
      Path path = folder.resolve(name);
      assertRefused(() -> TensorFiles.read(path), path + ": no such file");
    }
    Path endless = Path.of("/dev/zero");
    if (Files.exists(endless)) {
      assertRefused(() -> TensorFiles.read(endless), endless + ": not a regular file");
    }
  }
}
