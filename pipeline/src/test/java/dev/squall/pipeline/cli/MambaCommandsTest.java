package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands about Mamba models say when they cannot do what is asked. */
class MambaCommandsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "segment absent.txt | absent.txt: no such file",
        "segment | Missing required parameter: 'FILE'",
        "ouromamba quantize typeseg --bits w9a9 --out x | weights of 9 bits: expected 2 to 8",
        "ouromamba quantize typeseg --bits int4 --out x | bits int4: expected weights and",
        "ouromamba quantize vim --bits w4a8 --out x | no model vim; there is: typeseg",
        "ouromamba quantize typeseg --bits w4a8 --out x --scheme y | scheme y: expected outliers",
        "ouromamba quantize typeseg --bits w4a8 --out x --steps y | steps y: expected raw or",
        "ouromamba quantize typeseg --bits w4a8 --out x --refresh 0 | refresh = 0: expected 1 to",
        "ouromamba quantize typeseg --bits w4a8 --out x --sigma -1 | sigma = -1.0: expected 0 to",
        "ouromamba quantize typeseg --bits w4a8 --out x --samples 0 | samples = 0: expected from",
        "ouromamba quantize typeseg --bits w4a8 --out x --calibrate y | calibrate y: expected real,",
        "ouromamba quantize typeseg --bits w4a8 --out x --released y | released y: expected none,",
        "ouromamba generate typeseg --out x --patch 4 | patch = 4: expected an odd number",
        "ouromamba generate typeseg --out x --window 20 | 5 patches in 20 tokens: too few for 12",
        "ouromamba sweep typeseg --out x --bits w1a8 | weights of 1 bits: expected 2 to 8",
        "ouromamba quantize typeseg --bits w4a8 --out x | no model typeseg at ",
        "ouromamba evaluate typeseg | nothing to evaluate: name a FILE or give --bits",
        "ouromamba evaluate typeseg --bits w4a8 --rounds -1 | --rounds",
        "upscale a.npy --out b.npy | the model opensr-mamba is not here yet",
        "upscale a.npy | Missing required option: '--out=OUT.npy'",
        "upscale --out b.npy | Missing required parameter: 'IMAGE.npy'"
      })
  void oneLineAndTheRightExitCode(String command, String message) {
    CommandRun run = CommandRun.of(folder.resolve("cache"), command.strip().split(" "));
    assertThat(run.exitCode()).as(command).isEqualTo(2);
    assertThat(run.output()).isEmpty();
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).contains(message);
  }

  @Test
  void saysHowToGetTheModel() throws IOException {
    Path text = Files.writeString(folder.resolve("a.txt"), "text");
    CommandRun run = CommandRun.of(folder.resolve("cache"), "segment", text.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors())
        .contains("no model typeseg at ")
        .contains("./squall segment --fetch FILE downloads it (pip, 21 MB)");
  }
}
