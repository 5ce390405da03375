package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.TestTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run's page in a real Chromium, by bench/page/check.py: nothing logged, nothing fetched, no page
 * wider than the screen, tables that sort, the same words without scripts. With {@code
 * SQUALL_TEST_AXE} naming axe.min.js, axe-core's rules too.
 */
@Timeout(300)
class PageInBrowserTest {
  @TempDir private Path folder;

  @Test
  void aRunsPageIsGoodInLightDarkAndNarrow() throws IOException, InterruptedException {
    Optional<String> chromium = program("chromium", "chromium-browser", "google-chrome", "chrome");
    assumeTrue(
        chromium.isPresent() || System.getenv("CHROMIUM") != null,
        "no Chromium: install the package chromium, or name it by CHROMIUM");
    Optional<String> python = program("python3");
    assumeTrue(python.isPresent(), "no python3 for bench/page/check.py");
    Path input = Files.createDirectory(folder.resolve("input"));
    TestTensors.attention(150)
        .forEach((name, tensor) -> NpyFile.write(input.resolve(name + ".npy"), tensor));
    Path page = folder.resolve("run.html");
    CommandRun run =
        CommandRun.of(
            folder.resolve("cache"),
            "run",
            "--input",
            input.toString(),
            "--repeat",
            "1",
            "--html",
            page.toString());
    assertThat(run.exitCode()).as(run.errors()).isZero();

    List<String> command =
        new ArrayList<>(List.of(python.orElseThrow(), "../bench/page/check.py", page.toString()));
    String axe = System.getenv("SQUALL_TEST_AXE");
    if (axe != null) {
      command.addAll(List.of("--axe", axe));
    }
    Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor()).as(output).isZero();
    assertThat(output).contains("tables sorted").endsWith("good\n");
  }

  private static Optional<String> program(String... names) {
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                    .map(path -> Path.of(path, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
