package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the dynamic loader finds libraries by name, as far as this can be told without loading.
 *
 * @param folders searched in this order
 */
public record Libraries(List<Path> folders) {
  private static final Path CONFIGURATION = Path.of("/etc/ld.so.conf.d");

  public Libraries {
    folders = List.copyOf(folders);
  }

  public static Libraries ofThisMachine(Map<String, String> environment) {
    List<Path> folders = new ArrayList<>();
    for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":")) {
      add(folders, folder);
    }
    configured(folders);
    String triplet =
        switch (System.getProperty("os.arch")) {
          case "amd64" -> "x86_64-linux-gnu";
          case "aarch64" -> "aarch64-linux-gnu";
          default -> System.getProperty("os.arch") + "-linux-gnu";
        };
    for (String folder :
        List.of("/lib/" + triplet, "/usr/lib/" + triplet, "/lib64", "/usr/lib64", "/lib")) {
      add(folders, folder);
    }
    add(folders, "/usr/lib");
    return new Libraries(folders);
  }

  private static void configured(List<Path> folders) {
    try (Stream<Path> files = Files.list(CONFIGURATION)) {
      for (Path file : files.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.startsWith("/")) {
            add(folders, line.strip());
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // Not every system has these files; the usual folders follow.
    }
  }

  private static void add(List<Path> folders, String folder) {
    try {
      if (!folder.isBlank()) {
        folders.add(Path.of(folder));
      }
    } catch (InvalidPathException e) {
      // The loader cannot open it either.
    }
  }

  /** The file that {@code name}, a path or a bare library name, leads to. */
  public Optional<Path> find(String name) {
    try {
      Path path = Path.of(name);
      if (path.getNameCount() > 1 || path.isAbsolute()) {
        return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
      }
      return folders.stream()
          .map(folder -> folder.resolve(name))
          .filter(Files::isRegularFile)
          .findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
