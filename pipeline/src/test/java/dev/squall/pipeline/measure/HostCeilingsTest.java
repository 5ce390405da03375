package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostCeilingsTest {
  private static final long MEBIBYTE = 1 << 20;

  /** Beyond any machine of today: a multiply-add that was optimised away would be faster. */
  private static final double HIGHEST_GIGAFLOPS_PER_THREAD = 2_000;

  private static final double HIGHEST_GIGABYTES_PER_SECOND = 20_000;

  private static final Rounds FEW = new Rounds(2, 3, 1);

  @Test
  void multiplyAdds() {
    HostThreads threads = HostThreads.all();
    FmaPeak.Rates rates = new FmaPeak(threads).measure(FEW);
    assertThat(rates.oneThread()).isBetween(0.1, HIGHEST_GIGAFLOPS_PER_THREAD);
    assertThat(rates.allThreads()).isBetween(0.1, threads.count() * HIGHEST_GIGAFLOPS_PER_THREAD);
    assertThat(rates.spread()).isNotNegative().isFinite();
  }

  /** Repeated because other work may hold the cores during one measurement. */
  @Test
  void allThreadsAreAtLeastAsFastAsOne() {
    FmaPeak peak = new FmaPeak(HostThreads.all());
    List<FmaPeak.Rates> tries = new ArrayList<>();
    do {
      tries.add(peak.measure(FEW));
    } while (tries.size() < 10 && !allKeepUp(tries.getLast()));
    assertThat(tries).anyMatch(HostCeilingsTest::allKeepUp);
  }

  private static boolean allKeepUp(FmaPeak.Rates rates) {
    return rates.oneThread() <= 1.2 * rates.allThreads();
  }

  @Test
  void memory() {
    MemoryBandwidth.Rates rates =
        new MemoryBandwidth(HostThreads.all(), 16 * MEBIBYTE + 1).measure(FEW);
    assertThat(List.of(rates.copy(), rates.read(), rates.write()))
        .allSatisfy(rate -> assertThat(rate).isBetween(0.05, HIGHEST_GIGABYTES_PER_SECOND));
  }

  @Test
  void memoryThatThereIsNot() {
    MemoryBandwidth petabyte = new MemoryBandwidth(HostThreads.all(), 1L << 50);
    assertThatThrownBy(() -> petabyte.measure(FEW))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY))
        .hasMessageContaining("two buffers of 1073741824 MiB");
  }

  @Test
  void launch() {
    assertThat(new LaunchCost(HostThreads.all()).microseconds(new Rounds(10, 100, 1)))
        .isBetween(0.01, 1e5);
  }

  @Test
  void quickPeakReportsALine() {
    List<String> lines = new ArrayList<>();
    FmaPeak.Rates rates = new HostCeilings(HostThreads.of(2), lines::add, () -> 0.4).quickFmaPeak();
    assertThat(rates.oneThread()).isPositive();
    assertThat(lines.getFirst()).matches("fp32 .* GFLOP/s on one thread, .* on 2 threads");
  }

  @Test
  void aLoadIsReportedBeforeTheFigures() {
    List<String> lines = new ArrayList<>();
    new HostCeilings(HostThreads.of(2), lines::add, () -> 1.25).quickFmaPeak();
    assertThat(lines.getFirst()).startsWith("the load average is 1.3: ");
    assertThat(lines.get(1)).startsWith("fp32 ");
  }

  @Test
  void buffersOutgrowTheCache() {
    assertThat(HostCeilings.bufferBytes(0)).isEqualTo(256 * MEBIBYTE);
    assertThat(HostCeilings.bufferBytes(100 * MEBIBYTE)).isEqualTo(400 * MEBIBYTE);
    assertThat(HostCeilings.bufferBytes(4096 * MEBIBYTE)).isEqualTo(1024 * MEBIBYTE);
  }

  /** 1, 2, … 11 s: the median is 6 s, the 10th percentile 2 s. */
  @Test
  void spreadIsOfTheWorstAction() {
    Samples steady = Samples.of(1, 1, 1);
    Samples busy = Samples.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(Rounds.spread(List.of(steady, busy))).isEqualTo(2);
    assertThat(Rounds.spread(List.of(steady))).isZero();
  }

  @Test
  void roundsTakeTurns() {
    StringBuilder order = new StringBuilder();
    List<Samples> times =
        new Rounds(1, 2, 60).time(() -> order.append('a'), () -> order.append('b'));
    assertThat(order.toString()).isEqualTo("ababab");
    assertThat(times).hasSize(2).allSatisfy(t -> assertThat(t.count()).isEqualTo(2));
  }

  @Test
  void roundsEndAtTheLimitAfterThree() {
    assertThat(new Rounds(0, 1000, 0).time(() -> {}).getFirst().count()).isEqualTo(3);
  }
}
