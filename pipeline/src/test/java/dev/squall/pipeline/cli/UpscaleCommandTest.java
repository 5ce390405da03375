package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on the published weights, where somebody has fetched them. */
class UpscaleCommandTest {
  private static final Path CACHE =
      Path.of(
          System.getenv()
              .getOrDefault("SQUALL_CACHE", System.getProperty("user.home") + "/.cache/squall"));

  @TempDir private Path folder;

  @BeforeEach
  void requireModel() {
    assumeTrue(
        Files.isRegularFile(CACHE.resolve("models/opensr-mamba-srmodel.pth")),
        "needs the model: ./squall model get opensr-mamba");
  }

  @Test
  void enlargesAndVerifies() {
    Tensor image = Tensor.allocate(ElementType.F32, 3, 6, 5);
    for (long i = 0; i < image.elements(); i++) {
      image.f32(i, (i % 7) / 10f);
    }
    Path given = folder.resolve("image.npy");
    Path enlarged = folder.resolve("enlarged.npy");
    NpyFile.write(given, image);
    CommandRun run = upscale(given, enlarged);
    assertThat(run.errors()).isEmpty();
    assertThat(run.output()).contains("[3, 6, 5] -> [3, 24, 20]").contains("PASSED");
    assertThat(NpyFile.read(enlarged).shape()).containsExactly(3, 24, 20);
  }

  @Test
  void whatIsNoImageLeavesNoFile() {
    Path given = folder.resolve("image.npy");
    Path enlarged = folder.resolve("enlarged.npy");
    NpyFile.write(given, Tensor.allocate(ElementType.F32, 4, 8, 8));
    CommandRun run = upscale(given, enlarged);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).contains("the image must be f32[3, height, width]");
    assertThat(enlarged).doesNotExist();
  }

  private static CommandRun upscale(Path given, Path enlarged) {
    return CommandRun.of(
        CACHE, "upscale", given.toString(), "--out", enlarged.toString(), "--verify");
  }
}
