package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispatchTest {
  private final Engine host = new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.all());
  private final WorkingDevice one = new WorkingDevice("one", Profiles.card(1));
  private final WorkingDevice two = new WorkingDevice("two", Profiles.card(1));

  private Dispatch dispatch(StageGraph graph, String... on) {
    Plan plan =
        new Planner(new Devices(List.of(host, one, two)), new ProfileCostModel())
            .plan(graph, Wishes.parse("--device", List.of(on), graph), Wishes.none());
    return new Dispatch(plan, StageTimes::new);
  }

  /** Names of the stages of each step, all of which are done before the next. */
  private static List<List<String>> steps(Dispatch dispatch, boolean ahead) {
    boolean[] done = new boolean[dispatch.count()];
    boolean[] begun = new boolean[dispatch.count()];
    int[] due = new int[dispatch.count()];
    List<List<String>> steps = new ArrayList<>();
    for (int count; (count = dispatch.due(done, begun, ahead, due)) > 0; ) {
      List<String> step = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        step.add(dispatch.stage(due[i]).name());
      }
      for (int i = 0; i < count; i++) {
        done[due[i]] = true;
      }
      steps.add(step);
    }
    assertThat(done).containsOnly(true);
    return steps;
  }

  @Test
  void aResourceDoesOneStageAtATimeInThePlansOrder() {
    Dispatch dispatch = dispatch(Graphs.diamond(), "one");

    assertThat(steps(dispatch, false)).allMatch(step -> step.size() == 1);
    assertThat(steps(dispatch, false))
        .extracting(List::getFirst)
        .isEqualTo(
            dispatch.plan().timetable().inOrder().stream().map(stage -> stage.name()).toList());
  }

  @Test
  void resourcesWorkBesideEachOther() {
    assertThat(steps(dispatch(Graphs.diamond(), "one", "right=two"), false))
        .hasSize(3)
        .element(1)
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(String.class))
        .containsExactlyInAnyOrder("left", "right");
  }

  @Test
  void whoWorksAheadTakesAllThatIsFed() {
    assertThat(steps(dispatch(Graphs.diamond(), "one"), true))
        .extracting(List::size)
        .containsExactly(1, 2, 1);
  }

  @Test
  void whatIsGivenOutIsNotGivenOutAgain() {
    Dispatch dispatch = dispatch(Graphs.pair(), "one");
    boolean[] done = new boolean[2];
    boolean[] begun = new boolean[2];
    int[] due = new int[2];

    assertThat(dispatch.due(done, begun, false, due)).isEqualTo(1);
    assertThat(dispatch.due(done, begun, false, due)).isZero();
    assertThat(dispatch.due(done, begun, true, due)).isEqualTo(1);
  }

  @Test
  void serversAreKeptUntilDevicesChange() {
    Dispatch dispatch = dispatch(Graphs.chain(), "one");
    Candidate choice = dispatch.decision(0).choice();

    assertThat(dispatch.server(0, 1)).isNull();
    dispatch.keepServer(0, choice);
    assertThat(dispatch.server(0, 1)).isSameAs(choice);
    assertThat(dispatch.server(1, 1)).isNull();
    assertThat(dispatch.server(0, 2)).isNull();
  }

  @Test
  void positionsAreThePlansOrder() {
    Dispatch dispatch = dispatch(Graphs.diamond(), "one");
    int[] order = dispatch.plan().timetable().schedule().order();

    assertThat(Arrays.stream(order).map(dispatch::position)).containsExactly(0, 1, 2, 3);
  }
}
