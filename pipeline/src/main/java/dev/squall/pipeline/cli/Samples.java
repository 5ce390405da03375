package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tensors that ship with Squall. */
final class Samples {
  private Samples() {}

  /** The folder {@code samples} of the checkout, whose place the launcher tells. */
  static Path directory() {
    String home = System.getProperty("squall.home", ".");
    Path samples = Path.of(home, "samples");
    if (!Files.isDirectory(samples)) {
      throw SquallException.invalidInput(
          "no samples at %s; name tensors with --input".formatted(samples.toAbsolutePath()));
    }
    return samples;
  }
}
