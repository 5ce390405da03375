package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.arc.ArcFinding;
import dev.squall.pipeline.arc.CompiledKernel;
import dev.squall.pipeline.arc.GpuModel;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArcTextTest {
  private static final KernelBundle BUNDLE =
      new KernelBundle(
          BundleTarget.SPIRV,
          "some.kernels.ScoresTiles",
          "mean",
          "ScoresTiles.mean.spv",
          "mean",
          "5.2.0",
          List.of(),
          16,
          1,
          false,
          List.of(),
          "");

  private static ArcFinding compiled(GpuModel model, int spills) {
    return new ArcFinding.Compilation(
        BUNDLE,
        model,
        true,
        Optional.of(new CompiledKernel(16, 128, spills, 64L * spills, 256, 8320)),
        "");
  }

  private static final List<ArcFinding> FINDINGS =
      List.of(
          new ArcFinding.Validity(BUNDLE, Optional.of("error: line 3")),
          compiled(GpuModel.DG2, 3),
          compiled(GpuModel.PVC, 3),
          compiled(GpuModel.TGLLP, 0),
          new ArcFinding.Compilation(BUNDLE, GpuModel.ADL_P, true, Optional.empty(), "error: no"));

  @Test
  void aKernelThatIsLeftToOthersMaySpill() {
    CompiledKernel spilling = new CompiledKernel(16, 128, 18, 64L * 18, 256, 8320);
    assertThat(
            new ArcFinding.Compilation(BUNDLE, GpuModel.DG2, false, Optional.of(spilling), "")
                .bad())
        .isFalse();
    assertThat(
            new ArcFinding.Compilation(BUNDLE, GpuModel.DG2, true, Optional.of(spilling), "").bad())
        .isTrue();
    assertThat(
            new ArcFinding.Compilation(BUNDLE, GpuModel.DG2, false, Optional.empty(), "error")
                .bad())
        .isTrue();
  }

  /** A spill counts on the Arc alone. */
  @Test
  void theTableIsFollowedByWhatIsBad() {
    assertThat(ArcText.terminal(FINDINGS))
        .isEqualTo(
            """
            bundle            target  GPU    SIMD  registers  spills  spill bytes  private bytes  local bytes
            ScoresTiles.mean  spirv   dg2      16        128       3          192            256         8320
            ScoresTiles.mean  spirv   pvc      16        128       3          192            256         8320
            ScoresTiles.mean  spirv   tgllp    16        128       0            0            256         8320
            ScoresTiles.mean (spirv) invalid: error: line 3
            ScoresTiles.mean (spirv) dg2: spills registers
            ScoresTiles.mean (spirv) adl-p: error: no
            5 checks, 3 bad
            """);
  }

  @Test
  void jsonIsALineAFinding() throws IOException {
    List<String> lines = ArcText.jsonLines(FINDINGS).lines().toList();
    assertThat(lines).hasSize(5);
    ObjectMapper mapper = new ObjectMapper();
    JsonNode invalid = mapper.readTree(lines.get(0));
    assertThat(invalid.get("check").asText()).isEqualTo("validate");
    assertThat(invalid.get("valid").asBoolean()).isFalse();
    assertThat(invalid.get("complaint").asText()).isEqualTo("error: line 3");
    JsonNode spilled = mapper.readTree(lines.get(1));
    assertThat(spilled.get("kernel").asText()).isEqualTo("some.kernels.ScoresTiles.mean");
    assertThat(spilled.get("gpu").asText()).isEqualTo("dg2");
    assertThat(spilled.get("simd_width").asInt()).isEqualTo(16);
    assertThat(spilled.get("spill_bytes").asLong()).isEqualTo(192);
    assertThat(spilled.get("private_bytes").asLong()).isEqualTo(256);
    assertThat(spilled.get("bad").asBoolean()).isTrue();
    assertThat(mapper.readTree(lines.get(2)).get("bad").asBoolean()).isFalse();
    assertThat(mapper.readTree(lines.get(4)).get("compiles").asBoolean()).isFalse();
  }
}
