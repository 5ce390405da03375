package dev.squall.pipeline.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the sources of class files are, so that findings name files that exist. */
public final class SourceFiles {
  private final List<Path> roots;

  /**
   * @param given source roots that the user names
   * @param classes folders of class files; those of Maven and Gradle tell their sources
   */
  public SourceFiles(List<Path> given, List<Path> classes) {
    roots = new ArrayList<>(given);
    for (Path folder : classes) {
      Path absolute = folder.toAbsolutePath().normalize();
      if (absolute.endsWith("target/classes")) {
        roots.add(absolute.resolve("../../src/main/java").normalize());
      } else if (absolute.endsWith("target/test-classes")) {
        roots.add(absolute.resolve("../../src/test/java").normalize());
      } else if (absolute.endsWith("build/classes/java/main")) {
        roots.add(absolute.resolve("../../../../src/main/java").normalize());
      }
    }
  }

  /** The file from the working folder on if it is found, else as the class file has it. */
  public String locate(String file) {
    for (Path root : roots) {
      Path source = root.resolve(file).toAbsolutePath().normalize();
      if (Files.isRegularFile(source)) {
        Path here = Path.of("").toAbsolutePath();
        return source.startsWith(here) ? here.relativize(source).toString() : source.toString();
      }
    }
    return file;
  }
}
