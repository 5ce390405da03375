package dev.squall.pipeline.model.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Coverage-guided fuzzing of the reader with {@code JAZZER_FUZZ=1}; without it, the committed seeds
 * are replayed.
 */
class GgufFuzzTest {
  @FuzzTest(maxDuration = "2m")
  void gguf(byte[] bytes) {
    HostileGguf.survives(bytes);
  }
}
