package dev.squall.pipeline.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Sources that the build cannot compile, since they need more than the embedded TornadoVM API. */
final class Compiled {
  private Compiled() {}

  /**
   * Compiles into a folder.
   *
   * @param sources text by path, {@code a/b/C.java}
   */
  static Path into(Path folder, Map<String, String> sources, String... options) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path classes = folder.resolve("classes");
    try {
      Files.createDirectories(classes);
      List<Path> files = new ArrayList<>();
      for (Map.Entry<String, String> source : sources.entrySet()) {
        Path file = folder.resolve("sources").resolve(source.getKey());
        Files.createDirectories(file.getParent());
        files.add(Files.writeString(file, source.getValue()));
      }
      List<String> words = new ArrayList<>(List.of(options));
      words.addAll(List.of("-proc:none", "-d", classes.toString()));
      try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
        boolean compiled =
            compiler
                .getTask(
                    null, manager, null, words, null, manager.getJavaFileObjectsFromPaths(files))
                .call();
        assertThat(compiled).as("compiled").isTrue();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return classes;
  }
}
