package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  private static final String HASH =
      """
      package shop;

      import uk.ac.manchester.tornado.api.annotations.Parallel;
      import uk.ac.manchester.tornado.api.types.arrays.IntArray;

      class Kernels {
        static void hash(IntArray in, IntArray out) {
          for (@Parallel int i = 0; i < in.getSize(); i++) {
            out.set(i, in.get(i) >>> 16);
          }
        }

        static void copy(IntArray in, IntArray out) {
          for (@Parallel int i = 0; i < in.getSize(); i++) {
            out.set(i, in.get(i));
          }
        }
      }
      """;

  @TempDir private Path folder;
  private Path classes;

  @BeforeEach
  void compile() throws IOException {
    Path source = folder.resolve("src/main/java/shop/Kernels.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, HASH);
    classes = Files.createDirectories(folder.resolve("target/classes"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-g", "-d", classes.toString(), source.toString());
    assertThat(status).isZero();
  }

  private CommandRun doctor(String... options) {
    List<String> words = new ArrayList<>(List.of("doctor", "--classes", classes.toString()));
    words.addAll(List.of(options));
    return CommandRun.of(folder.resolve("cache"), words.toArray(String[]::new));
  }

  private String source() {
    return folder.resolve("src/main/java/shop/Kernels.java").toAbsolutePath().normalize() + "";
  }

  @Test
  void aFindingIsTwoLinesAndExitCodeOne() {
    CommandRun run = doctor();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.errors()).isEmpty();
    assertThat(run.output())
        .isEqualTo(
            """
            %s:9: unsigned-shift in Kernels.hash: >>> of a number that may be negative (wrong \
            result on opencl, ptx, cuda)
                >>> is compiled to >>, which differs for negative numbers; instead: (x >> k) & \
            mask, or a dividend that is plainly never negative
            1 finding in 2 kernels, for opencl, ptx, cuda, spirv
            """
                .formatted(source()));
  }

  @Test
  void nothingFoundIsExitCodeZero() {
    CommandRun run = doctor("--backend", "spirv");
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).isEqualTo("nothing found in 2 kernels, for spirv\n");
    CommandRun fpga = doctor("--backend", "opencl,fpga");
    assertThat(fpga.exitCode()).isEqualTo(1);
    assertThat(fpga.output())
        .contains("fpga-bound in Kernels.copy", "3 findings in 2 kernels, for opencl, fpga");
    assertThat(doctor("--backend", "all").output()).contains("for opencl, ptx, cuda, spirv, fpga");
  }

  @Test
  void jsonIsALineAFindingAndACount() throws IOException {
    CommandRun run = doctor("--json");
    assertThat(run.exitCode()).isEqualTo(1);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.output().lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(lines).hasSize(2);
    JsonNode finding = lines.getFirst();
    Map<String, String> texts =
        Map.of(
            "kind", "finding",
            "rule", "unsigned-shift",
            "consequence", "wrong result",
            "class", "shop.Kernels",
            "method", "hash",
            "file", source());
    texts.forEach((key, text) -> assertThat(finding.get(key).asText()).isEqualTo(text));
    assertThat(finding.get("line").asInt()).isEqualTo(9);
    assertThat(finding.get("backends"))
        .extracting(JsonNode::asText)
        .containsExactly("opencl", "ptx", "cuda");
    assertThat(finding.get("instead").asText()).startsWith("(x >> k) & mask");
    JsonNode count = lines.getLast();
    assertThat(count.get("kind").asText()).isEqualTo("doctor");
    assertThat(count.get("findings").asInt()).isEqualTo(1);
    assertThat(count.get("kernels"))
        .extracting(JsonNode::asText)
        .containsExactly("shop.Kernels.copy", "shop.Kernels.hash");
  }

  @Test
  void annotationsMarkTheLine() {
    CommandRun run = doctor("--annotations");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output().lines().toList().getFirst())
        .startsWith(
            "::error file=%s,line=9,title=unsigned-shift (wrong result)::Kernels.hash: >>> of"
                .formatted(source().replace(":", "%3A").replace(",", "%2C")));
    assertThat(doctor("--annotations", "--json").exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void findingsCanBeAcceptedWithAReason() throws IOException {
    Path file = folder.resolve("accepted");
    Files.writeString(file, "# ours\nunsigned-shift Kernels.hash inputs are never negative\n");
    CommandRun run = doctor("--accept", file.toString());
    assertThat(run.output())
        .isEqualTo("nothing found in 2 kernels, for opencl, ptx, cuda, spirv; 1 accepted\n");
    assertThat(run.exitCode()).isZero();

    Files.writeString(
        file,
        """
        unsigned-shift Kernels.hash inputs are never negative
        recursion Kernels.copy once it was
        """);
    CommandRun stale = doctor("--accept", file.toString());
    assertThat(stale.exitCode()).isEqualTo(1);
    assertThat(stale.output())
        .startsWith("accepted but not there: recursion in Kernels.copy (once it was)\n");
    assertThat(doctor("--accept", file.toString(), "--json").output())
        .contains("\"kind\":\"unused_acceptance\"");

    Files.writeString(file, "unsigned-shift Kernels.hash\n");
    assertThat(doctor("--accept", file.toString()).errors())
        .isEqualTo(
            "squall: INVALID_INPUT: %s:1: expected a rule, Class.method and a reason, got"
                    .formatted(file)
                + " 'unsigned-shift Kernels.hash'\n");
    Files.writeString(file, "no-such-rule Kernels.hash because\n");
    assertThat(doctor("--accept", file.toString()).errors()).contains("no rule no-such-rule");
  }

  @Test
  void ownKernelsAreCleanEvenStrictly() {
    CommandRun run = CommandRun.of(folder.resolve("cache"), "doctor", "--strict");
    assertThat(run.errors()).isEmpty();
    assertThat(run.output())
        .matches("nothing found in \\d+ kernels, for .* spirv; \\d+ accepted\n");
    assertThat(run.exitCode()).isZero();
  }

  /** What was accepted for other back ends is no finding of this one. */
  @Test
  void ownKernelsAreCleanOnOneBackEnd() {
    CommandRun run = CommandRun.of(folder.resolve("cache"), "doctor", "--backend", "cuda");
    assertThat(run.output()).matches("nothing found in \\d+ kernels, for cuda\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void unknownBackEndsAreRefused() {
    CommandRun run = doctor("--backend", "vulkan");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.errors())
        .isEqualTo(
            "squall: INVALID_INPUT: no back end named vulkan; there are: opencl, ptx, cuda, spirv,"
                + " fpga, all\n");
  }

  @Test
  void runningTriesTheKernelsOnTheHost() {
    CommandRun run =
        CommandRun.of(
            folder.resolve("cache"),
            "doctor",
            "--run",
            "--device",
            "host",
            "--kernel",
            "seedlm.decode");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("seedlm.decode  loops    host").contains(" trials good\n");
  }

  @Test
  void whatDoesNotGoWithRunningIsRefused() {
    CommandRun run = doctor("--run");
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.errors()).contains("--run tries the kernels of the catalog");
    Path cache = folder.resolve("cache");
    assertThat(CommandRun.of(cache, "doctor", "--run", "--device", "moon").exitCode())
        .isEqualTo(ExitCodes.NO_SUCH_DEVICE);
    assertThat(CommandRun.of(cache, "doctor", "--run", "--kernel", "moon.landing").exitCode())
        .isEqualTo(ExitCodes.USAGE);
  }
}
