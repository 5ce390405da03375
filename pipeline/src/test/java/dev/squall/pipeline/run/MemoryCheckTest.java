package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.DoublingKernel;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryCheckTest {
  private static final long MEBIBYTE = 1 << 20;

  /** Input, output and workspace of a mebi-element each: 12 MiB. */
  private static final Plan PLAN =
      new Planner(
              new Devices(List.of(new NullDevice("card", Profiles.card(1)))),
              new ProfileCostModel())
          .plan(
              new StageGraph.Builder()
                  .external("x", Graphs.type(MEBIBYTE))
                  .stage(
                      "first",
                      new DoublingKernel(),
                      Map.of("x", new Source.External("x")),
                      Map.of())
                  .build(),
              Wishes.none(),
              Wishes.none());

  @Test
  void whatFitsPasses() {
    assertThatCode(() -> MemoryCheck.require(PLAN, 12 * MEBIBYTE)).doesNotThrowAnyException();
  }

  @Test
  void oneByteLessIsRefused() {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> MemoryCheck.require(PLAN, 12 * MEBIBYTE - 1));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY);
  }

  @Test
  void theMessageSaysWhatIsNeededWhatThereIsAndWhatToDo() {
    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> MemoryCheck.require(PLAN, 5 * MEBIBYTE));

    assertThat(failure)
        .hasMessage(
            "the run needs 12 MiB of memory and has 5 MiB;"
                + " use fewer tokens, fewer stages, or raise --memory");
  }
}
