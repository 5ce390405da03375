package dev.squall.pipeline.frontier.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.frontier.formulas.ScalingLaw;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.Cell;
import dev.squall.pipeline.frontier.sweep.CellKey;
import dev.squall.pipeline.frontier.sweep.Experiment;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Setting;
import dev.squall.pipeline.frontier.sweep.SweepFile;
import dev.squall.pipeline.frontier.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTableTest {
  private static final Transformer MODEL = new Transformer("m", 2, 64, 4, 2, 16, 128, 100, 1e6);
  private static final Setting DENSE = new Setting(Phase.PREFILL, "dense", Map.of());

  @TempDir private Path folder;

  private final Map<CellKey, Cell> cells = new LinkedHashMap<>();

  private static Setting grid(int stride) {
    return new Setting(Phase.PREFILL, "grid", Map.of("stride", "" + stride));
  }

  private void add(
      Setting setting, Task task, int length, int sample, double score, double density) {
    CellKey key = new CellKey(setting, task, length, sample);
    boolean answers = task.answers();
    cells.put(
        key,
        new Cell(
            key,
            score,
            answers ? 0.125 : Double.NaN,
            1,
            answers ? Double.NaN : -Math.log(score),
            length - sample, // exercises do not fill a length to the token
            density,
            density,
            Double.NaN,
            1,
            1,
            1,
            List.of(),
            List.of()));
  }

  private SweepTable table() {
    Experiment experiment = new Experiment(1, 1, "0", MODEL, "ab", 1, null, 64);
    return new SweepTable(List.of(new SweepFile.Content(experiment, cells, 0)));
  }

  private Row row(Setting setting) {
    return table().rows().stream()
        .filter(row -> row.setting().equals(setting))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void meansErrorsAndGains() {
    double[] dense = {1, 0.5, 1, 0.5};
    double[] sparse = {0.5, 0.5, 0.75, 0.25};
    for (int i = 0; i < 4; i++) {
      add(DENSE, Task.STORY, 1000, i, dense[i], 1);
      add(grid(8), Task.STORY, 1000, i, sparse[i], 0.25);
    }
    // An exercise that dense attention has not had counts for the score and not for the gain.
    add(grid(8), Task.STORY, 1000, 4, 0, 0.25);
    add(DENSE, Task.PERPLEXITY, 1000, 0, 0.1, 1);
    add(grid(8), Task.PERPLEXITY, 1000, 0, 0.05, 0.25);
    Row row = row(grid(8));
    // By hand: 2 / 5; squares .01 .01 .1225 .0225 .16, 0.325 / 4 / 5.
    assertThat(row.score().mean()).isCloseTo(0.4, within(1e-12));
    assertThat(row.score().error()).isCloseTo(Math.sqrt(0.325 / 20), within(1e-12));
    // Differences −.5 0 −.25 −.25: squares .0625 .0625 0 0, 0.125 / 3 / 4.
    assertThat(row.gain().mean()).isCloseTo(-0.25, within(1e-12));
    assertThat(row.gain().error()).isCloseTo(Math.sqrt(0.125 / 12), within(1e-12));
    assertThat(row.perplexity()).isCloseTo(20, within(1e-9));
    assertThat(row.perplexityRatio()).isCloseTo(2, within(1e-9));
    assertThat(row(DENSE).gain().mean()).isZero();
    assertThat(row(DENSE).relativeCost()).isEqualTo(1);
  }

  /** Operations written out: 2 layers, 4 heads of 16, a full square of 1000 tokens. */
  @Test
  void costsAreTheStudys() {
    add(DENSE, Task.STORY, 1000, 0, 1, 1);
    add(grid(8), Task.STORY, 1000, 0, 1, 0.25);
    add(
        new Setting(Phase.PREFILL, "xattention", Map.of("stride", "16")),
        Task.STORY,
        1000,
        0,
        1,
        0.25);
    double linear =
        2.0 * 1000 * 64
            + 2 * (2.0 * 1000 * 64 * (128 + 2 * 16 * 2))
            + 2 * (6.0 * 1000 * 64 * 128 + 2.0 * 1000 * 128)
            + 2.0 * 1000 * 64 * 100;
    double square = 2 * (2 * 4 * 1e6 * 16 + 3 * 4 * 1e6 + 2 * 4 * 1e6 * 16);
    assertThat(row(DENSE).cost()).isCloseTo(linear + square, within(1.0));
    assertThat(row(grid(8)).cost()).isCloseTo(linear + square / 4, within(1.0));
    double search = 2 * 4 * 2 * 1e6 * 16 / 16;
    assertThat(table().rows().getLast().cost())
        .isCloseTo(linear + square / 4 + search, within(1.0));
  }

  @Test
  void aFrontHasWhatNothingBeats() {
    double[][] points = {{1, 0.9}, {0.5, 0.9}, {0.3, 0.7}, {0.4, 0.6}, {0.1, 0.2}};
    for (int i = 0; i < points.length; i++) {
      add(i == 0 ? DENSE : grid(i), Task.STORY, 1000, 0, points[i][1], points[i][0]);
    }
    List<Row> front = ParetoFront.of(table().rows(), Row::density, row -> row.score().mean());
    assertThat(front.stream().map(Row::setting)).containsExactly(grid(4), grid(2), grid(1));
  }

  /** Scores that a known law gives are fitted by that law. */
  @Test
  void theFitFindsTheLawBehindTheScores() {
    for (int length : new int[] {1000, 2000, 4000}) {
      for (double density : new double[] {1, 0.5, 0.25, 0.125}) {
        for (Task task : List.of(Task.NEEDLE, Task.STORY, Task.WORDS)) {
          for (int sample = 0; sample < 2; sample++) {
            double logit =
                8
                    - (task == Task.STORY ? 1.5 : 0)
                    - 0.9 * Math.log(length)
                    - 0.7 * Math.log(1 / density);
            double score = task == Task.WORDS ? 0.01 : 1 / (1 + Math.exp(-logit));
            Setting setting = density == 1 ? DENSE : grid((int) (1 / density));
            add(setting, task, length, sample, score, density);
          }
        }
      }
    }
    LawFit fit = LawFit.of(table(), Phase.PREFILL).orElseThrow();
    assertThat(fit.chance()).containsExactly(Task.WORDS);
    assertThat(fit.points()).isEqualTo(24);
    assertThat(fit.law().intercept()).isCloseTo(8, within(1e-9));
    assertThat(fit.law().length()).isCloseTo(-0.9, within(1e-9));
    assertThat(fit.law().compression()).isCloseTo(-0.7, within(1e-9));
    assertThat(fit.law().tasks().get("story")).isCloseTo(-1.5, within(1e-9));
    assertThat(fit.law().explained()).isCloseTo(1, within(1e-9));
    assertThat(fit.errors().compression()).isCloseTo(0, within(1e-9));
    assertThat(LawFit.of(table(), Phase.DECODE)).isEmpty();
    double retrieval =
        ScalingLaw.published(ScalingLaw.Phase.PREFILL, ScalingLaw.HeldOut.COMPRESSION)
            .predict("Retrieval", 1e6, 1000, 1);
    assertThat(LawText.of(table()))
        .contains("own, 24 points")
        .contains("left out of the fit, since dense attention is not above chance: words")
        .containsPattern(
            "m +dense +1000 +1.00 +story +\\S+ ± 0.00 +\\S+ +%.2f".formatted(retrieval));
  }

  @Test
  void tablesCsvAndPlotsNameEachRow() throws IOException {
    for (int sample = 0; sample < 2; sample++) {
      add(DENSE, Task.STORY, 1000, sample, 0.75, 1);
      add(grid(4), Task.STORY, 1000, sample, sample, 0.5);
      add(DENSE, Task.PERPLEXITY, 1000, sample, 0.1, 1);
      add(grid(4), Task.PERPLEXITY, 1000, sample, 0.05, 0.5);
    }
    assertThat(FrontierText.terminal(table()))
        .startsWith("prefill at 1000 tokens\nmethod")
        .containsPattern("dense +1.000 +1.000 +0.75 ± 0.00 +0.75 ± 0.00 +10.00 +\\*\\+")
        .containsPattern(
            "grid +stride=4 +0.500 +0\\.\\d+ +0.50 ± 0.50 +0.50 ± 0.50 +-0.25 ± 0.50 +20.00"
                + " +\\*\\+")
        .contains("chance: story 0.125");
    List<String> csv = FrontierCsv.of(table()).lines().toList();
    assertThat(csv).hasSize(3);
    assertThat(csv.get(1).split(",", -1)).hasSameSizeAs(csv.get(0).split(",", -1));
    assertThat(FrontierLines.of(table()).lines().toList().get(1)).contains("\"method\":\"grid\"");
    assertThat(FrontierPlots.write(table(), folder))
        .containsExactly("pareto-score-prefill-1000", "pareto-perplexity-prefill-1000");
    String svg = Files.readString(folder.resolve("pareto-score-prefill-1000.svg"));
    assertThat(svg).contains("<svg").contains("</svg>");
    assertThat(ImageIO.read(folder.resolve("pareto-score-prefill-1000.png").toFile()).getWidth())
        .isEqualTo(820);
  }
}
