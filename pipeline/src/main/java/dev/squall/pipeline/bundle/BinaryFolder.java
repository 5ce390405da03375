package dev.squall.pipeline.bundle;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Programs as drivers built them, in files that the next process loads. A folder that cannot be
 * read or written costs a build and nothing else.
 *
 * @param path made when the first file is written
 */
public record BinaryFolder(Path path) {
  private static final int KEY_DIGITS = 40;

  /**
   * What a binary is valid for.
   *
   * @param circumstances device, driver, options and whatever else decides the binary
   * @param code that it was built from
   */
  public static String key(List<String> circumstances, byte[] code) {
    MessageDigest digest = sha256();
    for (String word : circumstances) {
      digest.update(word.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest(code)).substring(0, KEY_DIGITS);
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public Optional<byte[]> read(String key) {
    try {
      Path file = file(key);
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * @param binary empty if the driver gave none, which is not kept
   */
  public void keep(String key, byte[] binary) {
    if (binary.length == 0) {
      return;
    }
    try {
      Files.createDirectories(path);
      AtomicFile.write(file(key), binary);
    } catch (IOException | SquallException e) {
      // Built again next time.
    }
  }

  private Path file(String key) {
    return path.resolve(key + ".bin");
  }
}
