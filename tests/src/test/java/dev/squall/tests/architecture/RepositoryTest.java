package dev.squall.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.TensorFiles;
import dev.squall.tests.Checkout;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the repository must not hold, and what must stand beside its data. */
class RepositoryTest {
  private static final long LARGEST_FILE = 6 << 20;
  private static final long LARGEST_SAMPLES = 8 << 20;

  /** Absolute paths of one machine: a home, or a folder named as work or root. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.}])/(work|root|home/\\w+|Users/\\w+)/");

  private static final Path SAMPLES = Checkout.root().resolve("samples");

  @Test
  void noFileNamesAPathOfOneMachine() throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    int read = 0;
    for (Path file : Checkout.files()) {
      List<String> lines;
      try {
        lines = Files.readAllLines(file);
      } catch (CharacterCodingException binary) {
        continue;
      }
      read++;
      for (int i = 0; i < lines.size(); i++) {
        if (MACHINE_PATH.matcher(lines.get(i)).find()) {
          found.add("%s:%d: %s".formatted(name(file), i + 1, lines.get(i).strip()));
        }
      }
    }
    assertThat(found).isEmpty();
    assertThat(read).as("text files read").isGreaterThan(100);
  }

  @Test
  void theSearchFindsSuchPaths() {
    for (String folder : List.of("work", "root", "home/me", "Users/me")) {
      assertThat(MACHINE_PATH.matcher("cd /" + folder + "/checkout").find()).isTrue();
      assertThat(MACHINE_PATH.matcher("\"/" + folder + "/\"").find()).isTrue();
    }
    assertThat(MACHINE_PATH.matcher("https://example.org/work/group").find()).isFalse();
    assertThat(MACHINE_PATH.matcher("clock/work-groups").find()).isFalse();
  }

  /**
   * Sums of lanes and transcendental functions of vectors: other bits before a method is compiled
   * than after.
   */
  private static final Pattern OTHER_ONCE_COMPILED =
      Pattern.compile(
          "reduceLanes\\(VectorOperators\\.(ADD|MUL)"
              + "|VectorOperators\\.(EXP|EXPM1|LOG|LOG10|LOG1P|POW|CBRT|HYPOT|SIN|COS|TAN|ASIN"
              + "|ACOS|ATAN|ATAN2|SINH|COSH|TANH)\\b");

  @Test
  void noResultDependsOnWhenTheCompilerCame() throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    int read = 0;
    for (Path file : Checkout.files()) {
      String name = name(file);
      if (name.matches("(tornado-kernels|pipeline)/src/main/.*\\.java")
          && !name.contains("/measure/")) {
        read++;
        if (OTHER_ONCE_COMPILED.matcher(Files.readString(file)).find()) {
          found.add(name);
        }
      }
    }
    assertThat(found).as("LaneSum and LaneExp take a fixed course").isEmpty();
    assertThat(read).isGreaterThan(100);
  }

  @Test
  void noFileIsLarge() throws IOException, InterruptedException {
    for (Path file : Checkout.files()) {
      assertThat(Files.size(file)).as(name(file)).isLessThanOrEqualTo(LARGEST_FILE);
    }
  }

  @Test
  void noBuildOutputIsTracked() throws IOException, InterruptedException {
    assertThat(Checkout.files().stream().map(RepositoryTest::name))
        .noneMatch(name -> name.matches("(.*/)?target/.*"))
        .noneMatch(name -> name.matches(".*\\.(class|jar|log)"));
  }

  @Test
  void samplesAreSmallAndSayWhereTheyAreFrom() throws IOException {
    List<Path> files;
    try (var children = Files.list(SAMPLES)) {
      files = children.filter(Files::isRegularFile).sorted().toList();
    }
    long bytes = 0;
    int tensorFiles = 0;
    for (Path file : files) {
      bytes += Files.size(file);
      if (file.toString().endsWith(".safetensors")) {
        tensorFiles++;
        Map<String, String> notes = SafetensorsFile.open(file).metadata();
        assertThat(notes.getOrDefault("source", "")).as("source of %s", file).isNotBlank();
      } else {
        assertThat(file.getFileName().toString())
            .as("a file without metadata")
            .isEqualTo("README.md");
      }
    }
    assertThat(bytes).isLessThanOrEqualTo(LARGEST_SAMPLES);
    assertThat(tensorFiles).isPositive();
    assertThat(TensorFiles.read(SAMPLES)).isNotEmpty();
  }

  /** The table of the samples names the files that are there, and no others. */
  @Test
  void theNotesOfTheSamplesNameEachFile() throws IOException {
    List<String> named =
        Pattern.compile("^\\| `([^`]+)`", Pattern.MULTILINE)
            .matcher(Files.readString(SAMPLES.resolve("README.md")))
            .results()
            .map(match -> match.group(1))
            .toList();
    try (var children = Files.list(SAMPLES)) {
      assertThat(children.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("README.md"))
          .containsExactlyInAnyOrderElementsOf(named);
    }
  }

  /** A module that is not built by the reactor is not tested either. */
  @Test
  void everyModuleIsInTheReactor() throws IOException {
    String reactor = Files.readString(Checkout.root().resolve("pom.xml"));
    try (var children = Files.list(Checkout.root())) {
      assertThat(children.filter(child -> Files.exists(child.resolve("pom.xml"))))
          .isNotEmpty()
          .allSatisfy(
              child ->
                  assertThat(reactor).contains("<module>" + child.getFileName() + "</module>"));
    }
  }

  private static String name(Path file) {
    return Checkout.root().relativize(file).toString();
  }
}
