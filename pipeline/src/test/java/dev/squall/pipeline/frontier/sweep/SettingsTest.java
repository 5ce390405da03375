package dev.squall.pipeline.frontier.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.frontier.BlockBudget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static Settings settings() {
    return new Settings(List.of(.5, .95), List.of(.8, .9));
  }

  private static Map<String, String> budget(String method, double sparsity, int length) {
    Phase phase =
        BudgetRules.methods(Phase.PREFILL).contains(method) ? Phase.PREFILL : Phase.DECODE;
    return BudgetRules.parameters(phase, method, sparsity, length).orElseThrow();
  }

  /** The study's own tables. */
  @ParameterizedTest
  @CsvSource({
    "vertical-slash, .95, 16384, slashes=164 verticals=164",
    "vertical-slash, .5, 16384, slashes=1024 verticals=1024",
    "vertical-slash, .3, 131072, slashes=18432 verticals=18432",
    "block-topk, .95, 16384, block=16 top=26",
    "block-topk, .8, 65536, block=16 top=432",
    "flexprefill, .9, 16384, alpha=0 min_budget=315",
    "flexprefill, .8, 16384, alpha=0.55 min_budget=512",
    "flexprefill, .5, 65536, alpha=0.94 min_budget=512",
    "snapkv, .95, 16384, budget=819",
    "quest, .95, 16384, budget=816",
    "quest, .8, 131072, budget=26208"
  })
  void budgetsAreTheStudys(String method, double sparsity, int length, String expected) {
    assertThat(new Setting(Phase.PREFILL, method, budget(method, sparsity, length)).parameterText())
        .isEqualTo(expected.replace(' ', ','));
  }

  @Test
  void beyondTheTablesBudgetsGrowWithTheLength() {
    assertThat(budget("vertical-slash", .95, 2048)).containsEntry("verticals", "21");
    assertThat(budget("vertical-slash", .5, 1024)).containsEntry("slashes", "64");
    assertThat(budget("flexprefill", .8, 2048)).containsEntry("min_budget", "64");
    int top = Integer.parseInt(budget("block-topk", .8, 2048).get("top"));
    assertThat(BlockBudget.sparsity(top, 128)).isLessThanOrEqualTo(.8);
    assertThat(BlockBudget.sparsity(top - 1, 128)).isGreaterThan(.8);
    assertThat(budget("grid", 0, 2048)).containsEntry("stride", "1");
  }

  @Test
  void aSparsityOfNothingIsDense() {
    assertThat(budget("vertical-slash", 0, 2048))
        .containsEntry("verticals", "2048")
        .containsEntry("slashes", "2048");
    assertThat(budget("block-topk", 0, 2048)).containsEntry("top", "128");
    assertThat(budget("snapkv", 0, 2048)).containsEntry("budget", "2048");
    assertThat(budget("flexprefill", 0, 2048)).containsEntry("alpha", "1");
  }

  @Test
  void namesAndParametersMultiply() {
    List<Setting> all =
        settings()
            .methods(Phase.PREFILL, List.of("dense", "xattention"))
            .setting(Phase.PREFILL, "block-topk:block=16/32,top=4/8")
            .setting(Phase.PREFILL, "block-topk:top=4,block=16")
            .methods(Phase.DECODE, List.of("snapkv"))
            .at(1000);
    assertThat(all.stream().map(Setting::label))
        .containsExactly(
            "dense",
            "xattention:threshold=0.8",
            "xattention:threshold=0.9",
            "block-topk:block=16,top=4",
            "block-topk:block=16,top=8",
            "block-topk:block=32,top=4",
            "block-topk:block=32,top=8",
            "snapkv:budget=500",
            "snapkv:budget=50");
    assertThat(all.getLast().phase()).isEqualTo(Phase.DECODE);
  }

  @Test
  void unknownNamesGetTheNearestKnownOne() {
    assertThatThrownBy(() -> settings().methods(Phase.PREFILL, List.of("vertcal-slash")))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith(
            "no prefill method named vertcal-slash; the nearest is vertical-slash; there are:"
                + " dense,");
    assertThatThrownBy(() -> settings().methods(Phase.DECODE, List.of("snapvk")))
        .hasMessage(
            "no decode method named snapvk; the nearest is snapkv; there are: dense, quest, snapkv,"
                + " ada-snapkv, window");
    assertThatThrownBy(() -> settings().setting(Phase.PREFILL, "xattention:treshold=.9"))
        .hasMessageStartingWith(
            "no parameter of xattention named treshold; the nearest is threshold; there are:");
    assertThatThrownBy(() -> settings().setting(Phase.DECODE, "quest:budgt=9"))
        .hasMessageStartingWith("no parameter of quest named budgt; the nearest is budget;");
    assertThatThrownBy(() -> Plan.tasks(List.of("needels")))
        .hasMessageStartingWith("no task named needels; the nearest is needle");
    assertThatThrownBy(() -> settings().setting(Phase.PREFILL, "xattention:threshold"))
        .hasMessage("xattention:threshold: expected METHOD:NAME=VALUE/VALUE,NAME=VALUE");
    assertThatThrownBy(() -> settings().methods(Phase.PREFILL, List.of("mminference.grid")))
        .hasMessageStartingWith("mminference.grid has no rule from a sparsity to its parameters");
  }

  @Test
  void nothingToSweepIsRefused() {
    assertThatThrownBy(
            () -> Plan.of(List.of(1024), settings(), Plan.tasks(List.of("story")), 1, false))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith("nothing to sweep: no method");
    Settings dense = settings().methods(Phase.PREFILL, List.of("dense"));
    assertThatThrownBy(() -> Plan.of(List.of(1024), dense, List.of(), 1, false))
        .hasMessage("nothing to sweep: 1 lengths, 0 tasks, 1 samples");
  }

  @Test
  void distanceCountsEdits() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("same", "same")).isZero();
  }
}
