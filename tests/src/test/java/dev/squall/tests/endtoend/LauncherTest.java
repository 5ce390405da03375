package dev.squall.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.tests.endtoend.House.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as its users call it: the launcher, a process, files. */
class LauncherTest {
  /** What a failed command prints. */
  private static final String ONE_LINE = "squall: [A-Z_]+: [^\\n]+";

  private static final KernelCatalog CATALOG = KernelCatalog.load();

  @TempDir private static Path folder;
  private static House house;
  private static Path tensors;

  @BeforeAll
  static void buildHouse() throws Exception {
    house = House.build(folder);
    tensors = folder.resolve("tiny.safetensors");
    SafetensorsWriter.write(tensors, tinyTensors(), Map.of("source", "random"));
  }

  private static Map<String, Tensor> tinyTensors() {
    RandomInputs random = RandomInputs.ofSeed(5);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.putAll(
        random.generate(
            CATALOG.kernel("attention.dense").signature(),
            Map.of("H", 2L, "L", 300L, "D", 16L),
            Map.of()));
    tensors.putAll(
        random.generate(
            CATALOG.kernel("mamba.selective_scan").signature(),
            Map.of("C", 20L, "L", 50L, "N", 16L),
            Map.of("softplus", "false")));
    tensors.keySet().removeAll(List.of("z", "delta_bias"));
    tensors.putAll(
        random.generate(
            CATALOG.kernel("seedlm.decode").signature(), Map.of("stored", 100L), Map.of()));
    return tensors;
  }

  /** The stages whose kernels are there. */
  private static List<String> stages() {
    List<String> stages =
        new ArrayList<>(
            List.of("scores", "mass", "select", "attention", "dense", "scan-f32", "decode"));
    List<String> ids = CATALOG.kernels().stream().map(Kernel::id).toList();
    if (ids.containsAll(List.of("ouromamba.quantize", "ouromamba.scan"))) {
      stages.addAll(List.of("quantize", "scan"));
    }
    return stages;
  }

  @Test
  void theMainJobOnTinyTensors() throws Exception {
    Path out = folder.resolve("results");
    Outcome run =
        house.squall(
            "run",
            "--input",
            tensors.toString(),
            "--stages",
            String.join(",", stages()),
            "--repeat",
            "2",
            "--out",
            out.toString());
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains(stages()).contains("PASSED").doesNotContain("WRONG");
    assertThat(out.resolve("report.md")).isNotEmptyFile();
    assertThat(out.resolve("report.csv")).isNotEmptyFile();
    assertThat(Files.readAllLines(out.resolve("report.jsonl"))).isNotEmpty();
    Tensor attention = NpyFile.read(out.resolve("attention.o.npy"));
    assertThat(attention.shape()).containsExactly(2, 300, 16);
    for (long i = 0; i < attention.elements(); i++) {
      assertThat(attention.f32(i)).isFinite();
    }
  }

  @Test
  void aKernelOnFilesGivesWhatTheLineGives() throws Exception {
    Map<String, Tensor> inputs = tinyTensors();
    List<String> arguments = new ArrayList<>(List.of("kernel", "run", "attention.dense"));
    for (String port : List.of("q", "k", "v")) {
      Path file = folder.resolve(port + ".npy");
      NpyFile.write(file, inputs.get(port));
      arguments.addAll(List.of("--in", port + "=" + file));
    }
    Path result = folder.resolve("o.npy");
    arguments.addAll(List.of("--variant", "reference", "--out", "o=" + result));
    Outcome run = house.squall(arguments.toArray(String[]::new));
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    // The first token sees itself alone, so its output is its value.
    Tensor o = NpyFile.read(result);
    for (int d = 0; d < 16; d++) {
      assertThat(o.f32(d)).isEqualTo(inputs.get("v").f32(d));
    }
  }

  @Test
  void throughALinkAndFromAnotherFolder() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("else where"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), house.launcher());
    Path second = Files.createSymbolicLink(elsewhere.resolve("squall"), Path.of("../first"));
    for (Path link : List.of(first, second)) {
      Outcome run =
          house.call(
              link,
              elsewhere,
              Map.of(),
              "run",
              "--input",
              "../" + tensors.getFileName(),
              "--stages",
              "decode",
              "--quiet");
      assertThat(run.errors()).isEmpty();
      assertThat(run.output().strip()).isEqualTo("PASSED");
      assertThat(run.exitCode()).isZero();
    }
  }

  @Test
  void theSamplesAreFoundFromAnywhere() throws Exception {
    Outcome plan = house.squall("plan", "--stages", "dense");
    assertThat(plan.errors()).isEmpty();
    assertThat(plan.exitCode()).isZero();
    assertThat(plan.output()).contains("dense");
  }

  @Test
  void helpComesQuickly() throws Exception {
    Outcome help = house.squall("--help");
    System.out.printf("squall --help: %.2f s%n", help.seconds());
    assertThat(help.exitCode()).isZero();
    assertThat(help.output()).startsWith("Usage: squall");
    assertThat(help.errors()).isEmpty();
    assertThat(help.seconds()).isLessThan(10);
  }

  /** A command that fails, its exit code and a word that its line must have. */
  private record Failing(int exitCode, String word, List<String> arguments) {}

  static List<Failing> failures() {
    return List.of(
        new Failing(2, "nonsense", List.of("nonsense")),
        new Failing(2, "nothing.here", List.of("kernel", "run", "nothing.here")),
        new Failing(2, "absent.npz", List.of("run", "--input", "absent.npz")),
        new Failing(2, "q", List.of("kernel", "run", "attention.dense")),
        new Failing(2, "--nonsense", List.of("run", "--nonsense")),
        new Failing(2, "nostage", List.of("run", "-i", tensors.toString(), "--stages", "nostage")),
        new Failing(2, "threshold", run("--stages", "select", "--threshold", "1.5")),
        new Failing(3, "nodevice", run("--stages", "decode", "--device", "nodevice")),
        new Failing(2, "novariant", run("--stages", "decode", "--variant", "novariant")),
        new Failing(4, "memory", run("--stages", "dense", "--memory", "0.000001")),
        new Failing(2, "L", List.of("bench", "attention.dense", "--size", "L=0")),
        new Failing(2, "Z", List.of("bench", "attention.dense", "--size", "Z=3")));
  }

  private static List<String> run(String... options) {
    List<String> arguments = new ArrayList<>(List.of("run", "-i", tensors.toString()));
    arguments.addAll(List.of(options));
    return arguments;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureIsOneLineOnStandardError(Failing failing) throws Exception {
    Outcome run = house.squall(failing.arguments().toArray(String[]::new));
    assertThat(run.output()).isEmpty();
    assertThat(run.errorLines()).as(run.errors()).hasSize(1);
    assertThat(run.errorLines().getFirst()).matches(ONE_LINE).contains(failing.word());
    assertThat(run.exitCode()).isEqualTo(failing.exitCode());
  }

  /** Every command's help, without a word on standard error. */
  @ParameterizedTest
  @ValueSource(
      strings = {"run", "plan", "devices", "kernel list", "kernel run", "bench", "calibrate"})
  void everyCommandHasHelp(String command) throws Exception {
    Outcome help = house.squall((command + " --help").split(" "));
    assertThat(help.errors()).isEmpty();
    assertThat(help.output()).startsWith("Usage: squall " + command);
    assertThat(help.exitCode()).isZero();
  }

  @Test
  void allKernelsAreListed() throws Exception {
    Outcome list = house.squall("kernel", "list", "--json");
    assertThat(list.errors()).isEmpty();
    assertThat(list.output().lines()).hasSize(CATALOG.kernels().size());
    for (Kernel kernel : CATALOG.kernels()) {
      assertThat(list.output()).contains("\"id\":\"" + kernel.id() + "\"");
    }
  }

  /** The launcher's own part: what it does when the jar is older than a source. */
  @Test
  void sourcesNewerThanTheJarAreBuiltFirst(@TempDir Path other) throws Exception {
    House old = House.build(other);
    Path source = old.root().resolve("pipeline/src/main/Changed.java");
    Files.createFile(source);
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    Path tools = Files.createDirectory(other.resolve("tools"));
    Path mvn = tools.resolve("mvn");
    String path = tools + ":" + System.getenv("PATH");

    Files.writeString(mvn, "#!/bin/sh\necho \"a compiler's complaint\"\nexit 1\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
    Outcome failed = old.call(old.launcher(), other, Map.of("PATH", path), "--version");
    assertThat(failed.exitCode()).isEqualTo(5);
    assertThat(failed.output()).isEmpty();
    assertThat(failed.errorLines())
        .containsExactly(
            "a compiler's complaint", "squall: the build failed; its log stands above");

    Files.writeString(mvn, "#!/bin/sh\necho \"$@\" > " + other + "/asked\n");
    Outcome built = old.call(old.launcher(), other, Map.of("PATH", path), "--version");
    assertThat(built.exitCode()).as(built.errors()).isZero();
    assertThat(built.output()).startsWith("squall ");
    assertThat(Files.readString(other.resolve("asked")))
        .contains("package", "-pl pipeline -am", "-Dmaven.test.skip=true");
  }
}
