package dev.squall.pipeline.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8TextTest {
  @TempDir private Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("it.txt"), bytes);
  }

  @Test
  void charactersAreCodePoints() throws IOException {
    Path file = file("é😀x€".getBytes(StandardCharsets.UTF_8));
    assertThat(Utf8Text.read(file, 0)).isEqualTo("é😀x€");
    assertThat(Utf8Text.read(file, 2)).isEqualTo("x€");
    assertThatThrownBy(() -> Utf8Text.read(file, 4))
        .isInstanceOf(SquallException.class)
        .hasMessage(file + ": nothing is left after skipping 4 characters of 4");
  }

  @Test
  void otherEncodingsAreRefusedAtTheirFirstByte() throws IOException {
    Path latin = file("caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Utf8Text.read(latin, 0))
        .hasMessage(latin + ": byte 3: the text is not UTF-8");
    Path cut = file(new byte[] {'a', (byte) 0xE2, (byte) 0x82});
    assertThatThrownBy(() -> Utf8Text.read(cut, 0))
        .hasMessage(cut + ": byte 1: the text is not UTF-8");
    assertThatThrownBy(() -> Utf8Text.read(folder.resolve("none"), 0))
        .hasMessage(folder.resolve("none") + ": no such file");
  }
}
