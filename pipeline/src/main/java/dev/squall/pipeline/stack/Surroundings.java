package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that the search for stacks looks at.
 *
 * @param cache the user's cache folder
 * @param systemVendors where drivers of the whole machine register
 * @param environment variables of this process
 * @param libraries where libraries are found by name
 * @param javaHome home of the JVM that children run on
 * @param gpus what the kernel knows of GPUs
 * @param platform operating system and processor, for example {@code Linux amd64}
 */
public record Surroundings(
    Path cache,
    Path systemVendors,
    Map<String, String> environment,
    Libraries libraries,
    Path javaHome,
    Gpus gpus,
    String platform) {
  private static final Path VENDORS = Path.of("/etc/OpenCL/vendors");

  public static Surroundings ofThisMachine(Path cache) {
    Map<String, String> environment = System.getenv();
    return new Surroundings(
        cache.toAbsolutePath(),
        VENDORS,
        environment,
        Libraries.ofThisMachine(environment),
        Path.of(System.getProperty("java.home")),
        Gpus.ofThisMachine(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  boolean linux() {
    return platform.startsWith("Linux ");
  }

  /** Whether there are packages of {@code stack} for this machine. */
  public boolean canHave(KnownStack stack) {
    return stack == KnownStack.POCL ? linux() : platform.equals("Linux amd64");
  }

  /** The driver of {@code stack} as a package manager registered it for the whole machine. */
  public Optional<Path> registeredDriver(KnownStack stack) {
    try (Stream<Path> files = Files.list(systemVendors)) {
      for (Path file : files.sorted().toList()) {
        Optional<Path> driver = driver(file, stack);
        if (driver.isPresent()) {
          return driver;
        }
      }
    } catch (IOException | RuntimeException e) {
      // No readable folder registers nothing.
    }
    return Optional.empty();
  }

  private Optional<Path> driver(Path file, KnownStack stack) {
    if (!file.toString().endsWith(IcdFile.SUFFIX)) {
      return Optional.empty();
    }
    try {
      return libraries
          .find(IcdFile.read(file).library())
          .filter(library -> stack.isDriver(library.getFileName().toString()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // the next file may be sound
    }
  }
}
