package dev.squall.pipeline.io;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Coverage-guided fuzzing of the readers with {@code JAZZER_FUZZ=1}, one method at a time; without
 * it, the committed seeds are replayed.
 */
class TensorFilesFuzzTest {
  private static Path folder;

  @BeforeAll
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("squall-fuzz");
  }

  @AfterAll
  static void removeFolder() throws IOException {
    Files.delete(folder);
  }

  @FuzzTest(maxDuration = "2m")
  void safetensors(byte[] bytes) {
    Hostile.SAFETENSORS.survives(bytes, folder);
  }

  @FuzzTest(maxDuration = "2m")
  void npy(byte[] bytes) {
    Hostile.NPY.survives(bytes, folder);
  }

  @FuzzTest(maxDuration = "2m")
  void npz(byte[] bytes) {
    Hostile.NPZ.survives(bytes, folder);
  }

  @FuzzTest(maxDuration = "2m")
  void pth(byte[] bytes) {
    Hostile.PTH.survives(bytes, folder);
  }
}
