package dev.squall.pipeline.fpga;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class FpgaWorkplaceTest {
  @TempDir private Path cache;

  private static Properties read(FpgaWorkplace workplace) throws IOException {
    Properties properties = new Properties();
    try (var in = Files.newInputStream(workplace.configuration())) {
      properties.load(in);
    }
    return properties;
  }

  @Test
  void theConfigurationNamesAFolderThatIsThereAndEmpty() throws IOException {
    FpgaWorkplace workplace = FpgaWorkplace.open(cache, List.of("true"));
    String folder = read(workplace).getProperty("DIRECTORY_BITSTREAM");

    assertThat(folder).startsWith(cache.toString()).endsWith("/");
    assertThat(Path.of(folder)).isEmptyDirectory();
    assertThat(Path.of(read(workplace).getProperty("COMPILER"))).isExecutable();
    assertThat(read(workplace).getProperty("DEVICE_NAME")).isNotBlank();
  }

  @Test
  void noPlanSeesFilesOfAnother() throws IOException {
    FpgaWorkplace workplace = FpgaWorkplace.open(cache, List.of("true"));
    Path first = Path.of(read(workplace).getProperty("DIRECTORY_BITSTREAM"));
    Files.writeString(first.resolve("multiply"), "the bitstream of some class's multiply");
    workplace.nextPlan();

    Path second = Path.of(read(workplace).getProperty("DIRECTORY_BITSTREAM"));
    assertThat(second).isNotEqualTo(first).isEmptyDirectory();
  }

  @Test
  void aFailureBelongsToItsPlan() throws IOException {
    FpgaWorkplace workplace = FpgaWorkplace.open(cache, List.of("true"));
    Path plan = Path.of(read(workplace).getProperty("DIRECTORY_BITSTREAM"));
    assertThat(workplace.failure()).isEmpty();
    Files.writeString(plan.resolve("failure.txt"), "x.cl does not build\n");
    assertThat(workplace.failure()).hasValue("x.cl does not build");
    workplace.nextPlan();
    assertThat(workplace.failure()).isEmpty();
  }

  @Test
  void theScriptPassesItsWordsOnAsTheyAre() throws IOException, InterruptedException {
    FpgaWorkplace workplace =
        FpgaWorkplace.open(cache, List.of("printf", "[%s]", "it's $HOME", "a b\"c"));
    Process script =
        new ProcessBuilder(read(workplace).getProperty("COMPILER"), "--input=x.cl", "two words")
            .start();

    assertThat(new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("[it's $HOME][a b\"c][--input=x.cl][two words]");
    assertThat(script.waitFor()).isZero();
  }

  /** TornadoVM cuts paths at blanks and equals signs. */
  @Test
  void aCacheThatTornadoCannotNameIsNotUsed() throws IOException {
    for (String name : List.of("my cache", "a=b")) {
      FpgaWorkplace workplace = FpgaWorkplace.open(cache.resolve(name), List.of("true"));

      assertThat(workplace.configuration().toString()).doesNotContain(" ").doesNotContain("=");
      assertThat(Path.of(read(workplace).getProperty("DIRECTORY_BITSTREAM"))).isDirectory();
    }
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException, InterruptedException {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path left = cache.resolve("fpga/work/" + gone.pid() + "-1/plan0");
    Files.createDirectories(left);
    Files.writeString(left.resolve("scan.cl"), "");
    FpgaWorkplace.open(cache, List.of("true"));

    assertThat(left.getParent()).doesNotExist();
  }
}
