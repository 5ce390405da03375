package dev.squall.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The folder that holds all modules, and what is in it. */
public final class Checkout {
  private static final Path ROOT = find();

  private Checkout() {}

  public static Path root() {
    return ROOT;
  }

  /**
   * The files that git tracks or would track; without git, all files outside of build folders.
   * Paths are absolute.
   */
  public static List<Path> files() throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder(
                "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
            .directory(ROOT.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (git.waitFor() != 0) {
      return walk();
    }
    return Arrays.stream(names.split("\0"))
        .map(ROOT::resolve)
        .filter(Files::isRegularFile)
        .sorted()
        .toList();
  }

  /** The Java sources below {@code src/main} of all modules. */
  public static List<Path> mainSources() throws IOException, InterruptedException {
    return files().stream()
        .filter(file -> file.toString().endsWith(".java"))
        .filter(file -> ROOT.relativize(file).toString().contains("src/main/java"))
        .toList();
  }

  static List<Path> walk() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(Files::isRegularFile).filter(Checkout::outsideOfBuilds).sorted().toList();
    }
  }

  private static boolean outsideOfBuilds(Path file) {
    for (Path part : ROOT.relativize(file)) {
      if (part.toString().equals("target") || part.toString().equals(".git")) {
        return false;
      }
    }
    return true;
  }

  private static Path find() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null
        && !(Files.isRegularFile(folder.resolve("squall"))
            && Files.isDirectory(folder.resolve("tornado-kernels")))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException(
          "no checkout above " + Path.of("").toAbsolutePath() + "; run the tests inside one");
    }
    return folder;
  }
}
