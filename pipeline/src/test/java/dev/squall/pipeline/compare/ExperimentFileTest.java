package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.KernelCatalog;
import dev.squall.profiles.ProfileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentFileTest {
  private static final KernelCatalog CATALOG = KernelCatalog.load();

  @TempDir private Path folder;

  private Experiment read(String text) throws IOException {
    Path file = folder.resolve("e.toml");
    Files.writeString(file, text);
    return ExperimentFile.read(file, CATALOG);
  }

  @Test
  void everyKeyIsRead() throws IOException {
    Experiment experiment =
        read(
            """
            devices = ["host", "pocl"]
            seed = 7
            [timing]
            samples = 5
            min_seconds = 0.1
            max_seconds = 2
            noise = 0.01
            warm_up_seconds = 1
            [[kernel]]
            id = "attention.block_sparse"
            shape = { L = [256, 512], D = 32 }
            parameters = { causal = [true, false], block = 64 }
            density = [0.1, 1]
            types = "f32"
            variants = ["first", "loops"]
            devices = "host"
            [[line]]
            name = "default"
            input = ["a.safetensors"]
            prefix = "layers.3"
            stages = ["scan"]
            parameters = { threshold = [0.8, 0.9], "scan.softplus" = true }
            devices = ["auto", "host"]
            """);
    assertThat(experiment)
        .isEqualTo(
            new Experiment(
                List.of(
                    new Experiment.KernelGroup(
                        "attention.block_sparse",
                        Map.of("L", List.of("256", "512"), "D", List.of("32")),
                        Map.of("causal", List.of("true", "false"), "block", List.of("64")),
                        List.of("0.1", "1"),
                        List.of("f32"),
                        List.of("first", "loops"),
                        List.of("host"))),
                List.of(
                    new Experiment.LineGroup(
                        "default",
                        List.of(folder.resolve("a.safetensors").toAbsolutePath()),
                        Optional.of("layers.3"),
                        List.of("scan"),
                        Map.of(
                            "threshold", List.of("0.8", "0.9"), "scan.softplus", List.of("true")),
                        List.of("auto", "host"))),
                List.of("host", "pocl"),
                7,
                new CellTiming(5, 0.1, 2, 0.01, 1)));
  }

  @Test
  void allButTheKernelHasADefault() throws IOException {
    Experiment experiment = read("[[kernel]]\nid = \"seedlm.decode\"\n");
    assertThat(experiment.devices()).containsExactly("all");
    assertThat(experiment.timing()).isEqualTo(CellTiming.standard());
    assertThat(experiment.kernels().getFirst().variants()).containsExactly("first");
  }

  @Test
  void faultsNameLineColumnAndTheNearestKey() {
    faulty(
        "[[kernel]]\nid = \"seedlm.decode\"\nshapes = { }\n",
        "3:1: unknown key 'shapes'; did you mean 'shape'?");
    faulty(
        "device = \"host\"\n[[kernel]]\nid = \"seedlm.decode\"\n",
        "1:1: unknown key 'device'; did you mean 'devices'?");
    faulty("[timing]\nmin_time = 1\n", "2:1: unknown key 'min_time'");
    faulty(
        "[[kernel]]\nid = \"attention.dense\"\nparameters = { casual = true }\n",
        "3:16: unknown key 'casual'; did you mean 'causal'?");
    faulty(
        "[[kernel]]\nid = \"attention.dense\"\nshape = { H = 2, DD = 3 }\n",
        "3:18: unknown key 'DD'; did you mean 'D'?");
    faulty(
        "[[kernel]]\nid = \"attention.dence\"\n",
        "2:6: 'attention.dence' is not a known id; did you mean 'attention.dense'?");
    faulty(
        "[[line]]\nname = \"defualt\"\n",
        "2:8: 'defualt' is not a known name; did you mean 'default'?");
  }

  @Test
  void faultyValuesAreNamed() {
    faulty(
        "[[kernel]]\nid = \"attention.dense\"\nshape = { L = 0 }\n",
        "3:15: '0' is no whole number above zero");
    faulty("[[kernel]]\nid = \"attention.dense\"\nshape = { L = [4, 4] }\n", "'4' is listed twice");
    faulty("[[kernel]]\nid = \"attention.dense\"\nshape = { L = [] }\n", "'L' is empty");
    faulty(
        "[[kernel]]\nid = \"attention.dense\"\nparameters = { causal = \"maybe\" }\n",
        "parameter causal = maybe: expected true or false");
    faulty(
        "[[kernel]]\nid = \"attention.block_sparse\"\ndensity = 2\n",
        "'2' is no share from 0 to 1");
    faulty(
        "[[kernel]]\nid = \"attention.dense\"\ntypes = \"f31\"\n", "'f31' is not one of f64, f32");
    faulty(
        "[timing]\nmin_seconds = 3\nmax_seconds = 2\n",
        "min-time = 3.0 s is more than max-time = 2.0 s");
    faulty("[[kernel]\n", "not valid TOML");
  }

  @Test
  void anEmptyMatrixIsRefused() {
    faulty("seed = 3\n", "no cells: give a [[kernel]] or a [[line]]");
    faulty("", "no cells: give a [[kernel]] or a [[line]]");
    faulty("kernel = []\n", "'kernel' is empty");
  }

  private void faulty(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ProfileException.class)
        .hasMessageStartingWith(folder.resolve("e.toml") + ":")
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void equalExperimentsHaveEqualHashes() throws IOException {
    String one = "[[kernel]]\nid = \"seedlm.decode\"\nshape = { stored = [8, 16] }\n";
    String same = "seed=1 # a comment\n" + one;
    String other = one.replace("16", "17");
    assertThat(hash(one)).isEqualTo(hash(same)).isNotEqualTo(hash(other)).hasSize(16);
  }

  private String hash(String text) throws IOException {
    return Experiment.hash(read(text).definition());
  }
}
