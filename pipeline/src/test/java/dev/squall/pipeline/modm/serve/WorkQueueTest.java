package dev.squall.pipeline.modm.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.modm.Monitor;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WorkQueueTest {
  private static Job job(int skipped) {
    Job job = new Job(UUID.randomUUID(), "x", null);
    job.decide(skipped < 0 ? null : UUID.randomUUID(), .3f, skipped);
    return job;
  }

  @Test
  void missesGoToLargeModelsHitsToSmallOnes() throws InterruptedException {
    WorkQueue queue = new WorkQueue(3, Monitor.Mode.QUALITY);
    queue.large(1);
    Job miss = job(-1);
    Job hit = job(10);
    Job second = job(15);
    queue.put(hit, false);
    queue.put(second, false);
    queue.put(miss, false);
    assertThat(queue.take(2, 0)).isEqualTo(new WorkQueue.Order(hit, false));
    assertThat(queue.take(0, 0)).isEqualTo(new WorkQueue.Order(miss, true));
    // Large models take hits where no miss waits.
    assertThat(queue.take(0, 0)).isEqualTo(new WorkQueue.Order(second, true));
    queue.put(miss, false);
    assertThat(queue.take(1, 0)).isNull();
  }

  @Test
  void inThroughputModeHitsAreTheSmallModelsAlone() throws InterruptedException {
    WorkQueue queue = new WorkQueue(2, Monitor.Mode.THROUGHPUT);
    queue.large(1);
    Job hit = job(10);
    queue.put(hit, false);
    assertThat(queue.take(0, 0)).isNull();
    queue.report(1, false);
    assertThat(queue.take(0, 0)).isEqualTo(new WorkQueue.Order(hit, true));
  }

  /** The only worker with the large model is gone: another one takes over. */
  @Test
  void noKindOfJobWaitsForAWorkerThatIsGone() throws InterruptedException {
    WorkQueue queue = new WorkQueue(2, Monitor.Mode.QUALITY);
    queue.large(1);
    Job miss = job(-1);
    queue.put(miss, false);
    assertThat(queue.take(1, 0)).isNull();
    queue.report(0, false);
    assertThat(queue.take(1, 0)).isEqualTo(new WorkQueue.Order(miss, true));
    queue.report(0, true);
    queue.put(miss, false);
    assertThat(queue.take(1, 0)).isNull();
  }

  @Test
  void aJobIsKeptFromTheWorkerThatFailedIt() throws InterruptedException {
    WorkQueue queue = new WorkQueue(2, Monitor.Mode.QUALITY);
    Job job = job(-1);
    Job other = job(-1);
    job.queuedAgain(0);
    queue.put(other, false);
    queue.put(job, true);
    assertThat(queue.take(0, 0)).isEqualTo(new WorkQueue.Order(other, true));
    assertThat(queue.take(0, 0)).isNull();
    assertThat(queue.take(1, 0)).isEqualTo(new WorkQueue.Order(job, true));
    WorkQueue single = new WorkQueue(1, Monitor.Mode.QUALITY);
    single.put(job, true);
    assertThat(single.take(0, 0)).isEqualTo(new WorkQueue.Order(job, true));
  }
}
