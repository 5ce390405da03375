package dev.squall.tornado.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TaskGraph;

/** The embedded API against the genuine one, where an SDK is installed. */
class ApiParityTest {
  private static final String API = "uk/ac/manchester/tornado/api";

  @Test
  void everyPublicMemberExistsInTheGenuineApi() throws Exception {
    Path jar = genuineJar();
    assumeTrue(
        jar != null,
        "no genuine TornadoVM API to compare with: set TORNADOVM_HOME to an SDK that holds share/java/tornado/tornado-api-*.jar");
    Path classes =
        Path.of(TaskGraph.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> names = classNames(classes);
    assertThat(names).contains(API + "/TaskGraph", API + "/types/arrays/FloatArray");
    try (FileSystem genuine = FileSystems.newFileSystem(jar)) {
      ApiParity parity =
          new ApiParity(finder(classes), finder(genuine.getRootDirectories().iterator().next()));
      List<String> differences = new ArrayList<>();
      for (String name : names) {
        differences.addAll(parity.differences(name));
      }
      assertThat(differences).isEmpty();
    }
  }

  // --- the comparison itself, on classes of this test
  // ---------------------------------------------

  public static class Original {
    public static final int CONSTANT = 1;
    public final Integer boxed = 0;

    public void same() {}

    public static void wasStatic() {}

    public int wasInt() {
      return 0;
    }

    public void threw() throws IOException {}
  }

  public static class Faithful {
    public static final int CONSTANT = 1;

    public void same() {}

    void own() {}
  }

  public static class Deviating {
    public static final int CONSTANT = 2;
    public final int boxed = 0;

    public void wasStatic() {}

    public long wasInt() {
      return 0;
    }

    public void threw() {}

    public void added() {}
  }

  @Test
  void aFaithfulSubsetHasNoDifferences() {
    assertThat(differencesFromOriginal(Faithful.class)).isEmpty();
  }

  @Test
  void everyKindOfDeviationIsFound() {
    assertThat(String.join("\n", differencesFromOriginal(Deviating.class)))
        .contains("CONSTANT", "boxed", "wasStatic", "wasInt", "threw", "added");
  }

  @Test
  void aClassThatTheOriginalLacksIsFound() {
    ApiParity parity =
        new ApiParity(name -> Optional.of(model(Faithful.class)), name -> Optional.empty());
    assertThat(parity.differences("X")).containsExactly("X does not exist in the original");
  }

  private static List<String> differencesFromOriginal(Class<?> type) {
    return new ApiParity(
            name -> name.equals("X") ? Optional.of(model(type)) : Optional.empty(),
            name -> name.equals("X") ? Optional.of(model(Original.class)) : Optional.empty())
        .differences("X");
  }

  private static ClassModel model(Class<?> type) {
    try (InputStream in =
        type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
      return ClassFile.of().parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // --- files
  // --------------------------------------------------------------------------------------

  private static Path genuineJar() throws IOException {
    String home = System.getenv("TORNADOVM_HOME");
    if (home == null || !Files.isDirectory(Path.of(home, "share/java/tornado"))) {
      return null;
    }
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(Path.of(home, "share/java/tornado"), "tornado-api-*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
      return null;
    }
  }

  private static List<String> classNames(Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(classes.resolve(API))) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith(".class") && !file.endsWith("package-info.class"))
          .map(file -> file.substring(0, file.length() - ".class".length()))
          .sorted()
          .toList();
    }
  }

  private static Function<String, Optional<ClassModel>> finder(Path root) {
    return name -> {
      Path file = root.resolve(name + ".class");
      try {
        return Files.exists(file)
            ? Optional.of(ClassFile.of().parse(Files.readAllBytes(file)))
            : Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
