package dev.squall.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The host gives the same bits whatever the JIT compiler has done so far: in one process vectors
 * are objects, in the other instructions.
 */
@Timeout(600)
class CompiledResultsTest {
  @Test
  void bitsDoNotDependOnTheCompiler() throws IOException, InterruptedException {
    List<String> objects = results("1", "-XX:TieredStopAtLevel=1");
    List<String> instructions = results("3", "-XX:Tier4InvocationThreshold=200", "-Xbatch");
    assertThat(instructions).isEqualTo(objects).hasSizeGreaterThan(200);
  }

  private static List<String> results(String rounds, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    Stream.of(
            "-Xmx1g",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            HostResults.class.getName(),
            rounds)
        .forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines = process.inputReader().readAllLines();
    assertThat(process.waitFor()).isZero();
    return lines;
  }
}
