package dev.squall.pipeline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CheckTextTest {
  private static CheckRow row(String on, double predicted, double measured) {
    return new CheckRow("a+b", on, "", List.of("a: x on " + on), true, predicted, measured, 11);
  }

  private static final CheckRow HOST = row("jvm:host", 10, 11);
  private static final CheckRow CARD = row("opencl:card", 20, 30);

  private static final DecisionRow DECISION =
      new DecisionRow("a+b", 80, 20, 1000, 0.4, 100_000, 1.5, 60, 100);

  @Test
  void aPlanThatIsADevicesScheduleIsNotComparedWithIt() {
    List<CheckRow> rows = List.of(HOST, CARD, HOST.asPlanned());

    assertThat(CheckText.terminal(rows, List.of()))
        .contains("a+b: the plan is jvm:host's own schedule, measured once, 11.0 ms\n")
        .contains("as jvm:host")
        .contains("plans are at most 0.0 % slower");
    assertThat(CheckText.medianOff(rows))
        .as("10 % and 50 %, each once")
        .isCloseTo(0.3, within(1e-9));
  }

  @Test
  void aPlanOfItsOwnIsComparedWithTheBestDevice() {
    List<CheckRow> rows = List.of(HOST, CARD, row(CheckRow.PLANNED, 12, 12.1));

    assertThat(CheckText.terminal(rows, List.of()))
        .contains("a+b: plan 12.1 ms, best single device jvm:host 11.0 ms: +10.0 %\n");
    assertThat(CheckText.good(rows)).as("10 % slower than the host").isFalse();
  }

  /** Equal to a device's schedule, but another device measured better: that is a worse plan. */
  @Test
  void anotherDeviceCanBeBetterThanThePlansOwn() {
    List<CheckRow> rows = List.of(HOST, row("opencl:card", 12, 10), HOST.asPlanned());

    assertThat(CheckText.terminal(rows, List.of()))
        .contains("a+b: plan 11.0 ms, best single device opencl:card 10.0 ms: +10.0 %\n");
    assertThat(CheckText.good(rows)).isFalse();
  }

  @Test
  void decidingIsToldFreshAndKept() {
    assertThat(CheckText.terminal(List.of(HOST, HOST.asPlanned()), List.of(DECISION)))
        .contains(
            "a run of a stream that keeps its plan spends at most 0.4 % of the line's shortest"
                + " stage on deciding (1.0 % allowed; 1.5 % among the stages of a real stream); a"
                + " plan from scratch, once a stream, takes at most 80.0 % of it, and another"
                + " after times have changed 20.0 % (1000 decisions each, 100000 kept)\n");
    assertThat(CheckText.jsonLines(List.of(HOST), List.of(DECISION)))
        .contains("{\"kind\":\"check\",")
        .contains("{\"kind\":\"decision\",\"line\":\"a+b\",\"fresh_microseconds\":80.0,");
  }
}
