package dev.squall.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import dev.squall.pipeline.engine.Device;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** The lists do what they say: a gap hides what it names, and only as long as it is one. */
class KnownGapsTest {
  private static final ConformanceDevices DEVICES = new ConformanceDevices();
  private static final Kernel KERNEL = KernelCatalog.load().kernel("attention.dense");
  private static final Device HOST = DEVICES.select("host").getFirst();
  private static final Trial TRIAL =
      new Trial(ConformanceCases.casesOf(KERNEL).getFirst(), KERNEL, HOST, KERNEL.variant("loops"));

  private static final Executable FAILING =
      () -> {
        throw new AssertionError("a wrong number");
      };
  private static final Executable PASSING = () -> {};

  @AfterAll
  static void close() {
    DEVICES.close();
  }

  private static Gap gap(String mode, String variant) {
    return new Gap(mode, "jvm:host", KERNEL.id(), variant, Gap.ANY, "for this test");
  }

  @Test
  void withoutAGapAFailureFails() {
    KnownGaps none = new KnownGaps(List.of(), List.of(gap("other", Gap.ANY), gap("it", "tiles")));
    assertThatThrownBy(() -> none.run("it", TRIAL, FAILING)).hasMessage("a wrong number");
    assertThatCode(() -> none.run("it", TRIAL, PASSING)).doesNotThrowAnyException();
  }

  @Test
  void anExpectedFailureIsNoFailureButItsPassIs() {
    KnownGaps gaps = new KnownGaps(List.of(), List.of(gap("it", "loops")));
    assertThatThrownBy(() -> gaps.run("it", TRIAL, FAILING))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage("expected failure: for this test");
    assertThatThrownBy(() -> gaps.run("it", TRIAL, PASSING))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessageContaining("passes: take it off");
  }

  @Test
  void whatIsUnsupportedForEverIsNotRun() {
    KnownGaps gaps = new KnownGaps(List.of(gap("it", Gap.ANY)), List.of());
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() -> gaps.run("it", TRIAL, runs::incrementAndGet))
        .isInstanceOf(TestAbortedException.class);
    assertThat(runs).hasValue(0);
  }

  @Test
  void aGapWithoutAReasonIsRefused() {
    assertThatThrownBy(() -> new Gap("it", "jvm:host", Gap.ANY, Gap.ANY, Gap.ANY, " "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReproducerIsACommandThatMakesTheSameCall() {
    ConformanceCase made =
        ConformanceCase.of("attention.block_sparse", "H=2,L=40,D=8", "block=16", "causal=false")
            .density(0.5);
    assertThat(made.reproducer("host", "loops"))
        .isEqualTo(
            "./squall bench attention.block_sparse --size H=2,L=40,D=8 --param block=16"
                + " --param causal=false --density 0.5 --seed %d --device host --variant loops"
                    .formatted(made.seed()));
    assertThat(made.constant("v", 1).reproducer("host", "loops"))
        .startsWith("./squall test ")
        .endsWith(
            "-Dsquall.case='attention.block_sparse H=2,L=40,D=8 block=16,causal=false"
                + " density=0.5 v:=1.0'");
  }
}
