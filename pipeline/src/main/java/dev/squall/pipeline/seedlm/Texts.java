package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Sentences to embed. */
public final class Texts {
  private Texts() {}

  /** Everyday sentences that come with Squall, written for it. */
  public static List<String> shipped() {
    try (InputStream stream = Texts.class.getResourceAsStream("sentences.txt")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of a file that are not blank, at least two. */
  public static List<String> read(Path path) {
    List<String> lines;
    try {
      lines = Files.readAllLines(path).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw SquallException.invalidInput(path + ": cannot be read as UTF-8: " + e.getMessage());
    }
    if (lines.size() < 2) {
      throw SquallException.invalidInput(path + ": expected two sentences or more, one a line");
    }
    return lines;
  }
}
