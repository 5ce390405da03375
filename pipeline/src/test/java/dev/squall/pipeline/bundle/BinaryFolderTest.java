package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryFolderTest {
  @TempDir private Path temporary;

  @Test
  void whatIsKeptIsReadAgain() {
    BinaryFolder folder = new BinaryFolder(temporary.resolve("programs"));
    String key = BinaryFolder.key(List.of("device", "driver"), new byte[] {1, 2});
    assertThat(folder.read(key)).isEmpty();
    folder.keep(key, new byte[] {3, 4, 5});
    assertThat(folder.read(key)).hasValueSatisfying(b -> assertThat(b).containsExactly(3, 4, 5));
  }

  @Test
  void anythingThatDecidesTheBinaryChangesTheKey() {
    String key = BinaryFolder.key(List.of("device", "driver"), new byte[] {1, 2});
    assertThat(key).matches("[0-9a-f]{40}");
    assertThat(BinaryFolder.key(List.of("device", "driver"), new byte[] {1, 2})).isEqualTo(key);
    assertThat(BinaryFolder.key(List.of("device", "driver 2"), new byte[] {1, 2}))
        .isNotEqualTo(key);
    assertThat(BinaryFolder.key(List.of("devicedriver"), new byte[] {1, 2})).isNotEqualTo(key);
    assertThat(BinaryFolder.key(List.of("device", "driver"), new byte[] {1, 3})).isNotEqualTo(key);
  }

  @Test
  void noBinaryIsNotKept() {
    BinaryFolder folder = new BinaryFolder(temporary.resolve("programs"));
    folder.keep("key", new byte[0]);
    assertThat(temporary.resolve("programs")).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoFailure() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "in the way");
    BinaryFolder folder = new BinaryFolder(file.resolve("programs"));
    folder.keep("key", new byte[] {1});
    assertThat(folder.read("key")).isEmpty();
  }
}
