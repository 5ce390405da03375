package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of an OpenCL vendors folder: one line with the driver's path or library name.
 *
 * @param stem the file's name without {@code .icd}
 * @param library what the line says
 */
record IcdFile(Path file, String stem, String library) {
  static final String SUFFIX = ".icd";
  private static final int LONGEST = 4096;

  /**
   * @throws IOException whose message is the reason why the file is none
   */
  static IcdFile read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(Files.exists(file) ? "is no file" : "leads nowhere");
    }
    if (!Files.isReadable(file)) {
      throw new IOException("cannot be read: permission denied");
    }
    if (Files.size(file) > LONGEST) {
      throw new IOException("is no .icd file: longer than " + LONGEST + " bytes");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    if (text.isEmpty()) {
      throw new IOException("is empty");
    }
    if (text.chars().anyMatch(c -> c < ' ' || c == '\uFFFD')) {
      throw new IOException("is no .icd file: it must be one line of text");
    }
    String name = file.getFileName().toString();
    return new IcdFile(file, name.substring(0, name.length() - SUFFIX.length()), text);
  }
}
