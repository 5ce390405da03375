package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpTest {
  private static final String LINE =
      " --line --input --prefix --stages --device --variant --threshold --stride --block --param"
          + " --memory";

  @TempDir private Path cache;

  @ParameterizedTest
  @CsvSource({
    "'', --help --version run stream plan devices bundle setup kernel bench compare calibrate arc doctor"
        + " fpga modm model prefill generate frontier seedlm segment upscale ouromamba test",
    "run," + LINE + " --repeat --seed --strict --out --json --quiet",
    "stream," + LINE + " --runs --in-flight --seed --json",
    "plan," + LINE + " --json",
    "devices, --json",
    "setup, STACK --list --json --quiet opencl-cpu intel-cpu fpga-emulator arc-capture",
    "kernel, list run",
    "kernel list, --json",
    "kernel run, ID --in --out --param --device --variant --repeat --json",
    "compare, --kernel --line --input --shape --param --density --type --variant --devices --seed"
        + " --samples --min-time --max-time --noise --warm-up --out --resume --retry --list"
        + " --dry-run --json --markdown --csv --fail-on-slower --tolerance --confidence report",
    "compare report, FILE.jsonl --markdown --csv",
    "bench, --size --in --param --density --device --variant --seed --limit --json",
    "calibrate, --quiet",
    "bundle, build verify list",
    "bundle build, --target --out",
    "bundle verify, --target --source",
    "bundle list, --json",
    "doctor, --classes --backend --strict --accept --source --json --annotations --run --device"
        + " --kernel --limit --seed",
    "fpga, build run",
    "arc, check",
    "arc check, --json --quiet",
    "modm, simulate published trace prompts serve",
    "modm simulate, --trace --embeddings --system --gpu --gpus --cache --rate --ramp --out --json",
    "modm published, --large --json",
    "modm serve, --workers --store --bind --port --token-file --queue --thresholds",
    "model, list get",
    "model list, --json",
    "model get, MODEL --accept-licence",
    "prefill, --model --text --tokens --skip-characters --attention --threshold --stride --block"
        + " --param --no-recall --no-perplexity --json",
    "generate, --model --prompt --text --tokens --temperature --seed --controls --attention",
    "frontier, run plot fit budget tasks",
    "frontier run, --model --out --methods --decode-methods --setting --decode-setting --sparsity"
        + " --thresholds --lengths --tasks --samples --seed --text --decoded-tokens --recall"
        + " --threads --json",
    "frontier plot, DIR --out --json",
    "frontier fit, DIR",
    "frontier budget, --length --sparsity --models --batch",
    "frontier tasks, --show --model --length --sample --seed",
    "seedlm, compress decompress inspect compare model-cycles",
    "seedlm compare, MODEL --compressed --method --bits --texts --text --tokens",
    "seedlm compress, IN --bits --out --fit --seeds --only --quiet",
    "seedlm decompress, IN --out",
    "seedlm inspect, FILE --against",
    "seedlm model-cycles, --bus --latency --stages --units",
    "segment, FILE --logits --fetch",
    "upscale, IMAGE.npy --out --verify",
    "ouromamba, quantize evaluate",
    "ouromamba quantize, MODEL --bits --calibrate --text --samples --out --scheme --refresh --sigma"
        + " --scan-bits --steps --window",
    "ouromamba evaluate, MODEL FILE --bits --scheme --refresh --sigma --scan-bits --steps"
        + " --calibrate --calibration-text --samples --text --rounds --json",
    "test, --help"
  })
  void helpOfACommandMentionsItsWords(String command, String words) {
    List<String> arguments = new ArrayList<>(List.of((command + " --help").strip().split(" ")));
    CommandRun run = CommandRun.of(cache, arguments.toArray(String[]::new));

    assertThat(run.exitCode()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(run.output()).startsWith("Usage: squall " + command);
    for (String word : words.strip().split(" ")) {
      assertThat(run.output()).containsPattern("(?<![\\w-])" + word + "(?![\\w-])");
    }
  }

  @Test
  void withoutACommandTheHelpIsShown() {
    assertThat(CommandRun.of(cache)).isEqualTo(CommandRun.of(cache, "--help"));
    assertThat(CommandRun.of(cache, "kernel")).isEqualTo(CommandRun.of(cache, "kernel", "--help"));
  }

  @Test
  void theHelpTellsTheExitCodes() {
    assertThat(CommandRun.of(cache, "--help").output().replaceAll("\\s+", " "))
        .contains(
            "Exit codes: 0 good, 1 wrong result, 2 usage or bad input, 3 no such device,"
                + " 4 resources, 5 a device failed.");
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(CommandRun.of(cache, "--version").output()).matches("squall \\S+\n");
  }

  @Test
  void testsRunThroughTheLauncher() {
    CommandRun run = CommandRun.of(cache, "test");

    assertThat(run.errors())
        .isEqualTo("squall: UNSUPPORTED: tests run from a checkout: ./squall test\n");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
  }
}
