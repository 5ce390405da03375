package dev.squall.pipeline.modm.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLogTest {
  @TempDir private Path folder;

  private final List<LogRecord> replayed = new ArrayList<>();
  private final List<ImageLog.Place> places = new ArrayList<>();

  private ImageLog open(long segmentBytes) {
    replayed.clear();
    places.clear();
    return ImageLog.open(
        folder,
        segmentBytes,
        (record, place) -> {
          replayed.add(record);
          places.add(place);
        });
  }

  private static LogRecord.Accepted accepted(int i) {
    return new LogRecord.Accepted(new UUID(1, i), "prompt " + i, new float[] {i, .5f});
  }

  private static LogRecord.Done done(int i) {
    return new LogRecord.Done(
        new UUID(1, i), true, 15, "m", "image/png", new float[] {0, 1}, new byte[100 + i]);
  }

  private static void assertSame(LogRecord one, LogRecord other) {
    assertThat(one.encode()).isEqualTo(other.encode());
  }

  @Test
  void whatIsAppendedIsReplayedInOrderAndRead() throws IOException {
    List<LogRecord> written = new ArrayList<>();
    try (ImageLog log = open(1000)) {
      for (int i = 0; i < 40; i++) {
        LogRecord record =
            i % 3 == 0
                ? accepted(i)
                : i % 3 == 1 ? done(i) : new LogRecord.Failed(new UUID(2, i), "é");
        written.add(record);
        assertSame(log.read(log.append(record).join()), record);
      }
      assertThat(log.files()).isGreaterThan(2);
    }
    try (ImageLog log = open(1000)) {
      assertThat(replayed).hasSize(40);
      for (int i = 0; i < 40; i++) {
        assertSame(replayed.get(i), written.get(i));
        assertSame(log.read(places.get(i)), written.get(i));
      }
    }
  }

  @Test
  void anUnknownEmbeddingStaysUnknown() {
    try (ImageLog log = open(1000)) {
      log.append(new LogRecord.Accepted(new UUID(1, 1), "p", null)).join();
    }
    open(1000).close();
    assertThat(((LogRecord.Accepted) replayed.getFirst()).embedding()).isNull();
  }

  /** A crash may leave any prefix of the last record; all before it stays. */
  @Test
  void anUnfinishedEndIsCutOff() throws IOException {
    try (ImageLog log = open(1 << 20)) {
      for (int i = 0; i < 5; i++) {
        log.append(accepted(i)).join();
      }
    }
    Path file = folder.resolve("log-0000000001");
    byte[] whole = Files.readAllBytes(file);
    long last = places(whole).getLast();
    for (int cut = (int) last + 1; cut < whole.length; cut += 3) {
      Files.write(file, java.util.Arrays.copyOf(whole, cut));
      try (ImageLog log = open(1 << 20)) {
        assertThat(replayed).as("cut at %d", cut).hasSize(4);
        log.append(accepted(9)).join();
      }
      open(1 << 20).close();
      assertThat(replayed).hasSize(5);
      assertSame(replayed.getLast(), accepted(9));
    }
  }

  private static List<Long> places(byte[] file) {
    List<Long> places = new ArrayList<>();
    for (int at = 0; at < file.length; ) {
      places.add((long) at);
      at += 8 + java.nio.ByteBuffer.wrap(file).getInt(at);
    }
    return places;
  }

  @Test
  void damageIsNotPassedOver() throws IOException {
    try (ImageLog log = open(1 << 20)) {
      for (int i = 0; i < 5; i++) {
        log.append(accepted(i)).join();
      }
    }
    Path file = folder.resolve("log-0000000001");
    byte[] whole = Files.readAllBytes(file);
    for (int at : new int[] {0, 5, 12, 60, whole.length - 1}) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x40;
      Files.write(file, damaged);
      assertThatThrownBy(() -> open(1 << 20))
          .isInstanceOfSatisfying(
              SquallException.class,
              e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
          .hasMessageContaining("log-0000000001: the record at byte")
          .hasMessageContaining("is damaged (checksum)");
      assertThat(Files.readAllBytes(file)).as("nothing is thrown away").isEqualTo(damaged);
    }
  }

  /** A file goes when nothing in it is needed and all before it are gone. */
  @Test
  void filesGoInOrder() {
    try (ImageLog log = open(150)) {
      List<ImageLog.Place> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(log.append(done(i)).join());
      }
      int files = log.files();
      assertThat(files).isGreaterThan(4);
      all.subList(1, 11).forEach(log::release);
      assertThat(log.files()).isEqualTo(files);
      log.release(all.getFirst());
      assertThat(log.files()).isEqualTo(1);
    }
    open(150).close();
    assertThat(replayed).isNotEmpty();
    assertSame(replayed.getLast(), done(11));
  }

  @Test
  void aFolderIsUsedOnce() {
    try (ImageLog log = open(100)) {
      assertThat(log.files()).isEqualTo(1);
      assertThatThrownBy(() -> open(100)).hasMessageContaining("another service uses it");
    }
    open(100).close();
  }

  @Test
  void manyThreadsAppendAtOnce() throws InterruptedException {
    try (ImageLog log = open(5000)) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int from = t * 100;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; i < 50; i++) {
                        log.append(accepted(from + i)).join();
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    open(5000).close();
    assertThat(replayed.stream().map(LogRecord::id).distinct()).hasSize(400);
  }
}
