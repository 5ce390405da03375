package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Space on a file system of 8 MiB, which root alone can make. */
@Timeout(60)
class SpaceReservationTest {
  private static final long MEBIBYTE = 1L << 20;

  @TempDir private Path mount;
  private boolean mounted;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=8m", "none", mount.toString());
    assumeTrue(mounted, "a file system of its own needs root");
    Files.createDirectory(mount.resolve("process"));
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      assertThat(run("umount", mount.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Path file(String name) throws IOException {
    return Files.createFile(mount.resolve("process").resolve(name));
  }

  @Test
  void ofTwoThatFitAloneAndNotTogetherOnePasses() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Path> files = List.of(file("one" + round), file("two" + round));
      AtomicInteger passed = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      CyclicBarrier together = new CyclicBarrier(files.size());
      List<Thread> threads =
          files.stream()
              .map(
                  file ->
                      Thread.ofPlatform()
                          .start(
                              () -> {
                                try {
                                  together.await();
                                  SpaceReservation.reserve(file, 5 * MEBIBYTE);
                                  passed.incrementAndGet();
                                } catch (IOException e) {
                                  refused.incrementAndGet();
                                } catch (Exception e) {
                                  throw new IllegalStateException(e);
                                }
                              }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }
      // Both may see the other's blocks for a moment and be refused; never may both pass.
      assertThat(passed.get()).isLessThanOrEqualTo(1);
      assertThat(passed.get() + refused.get()).isEqualTo(2);
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Test
  void whatIsReservedCanBeWrittenThoughTheFileSystemIsFull() throws IOException {
    Path reserved = file("reserved");
    SpaceReservation.reserve(reserved, 5 * MEBIBYTE);
    Path other = file("other");
    assertThatThrownBy(() -> SpaceReservation.reserve(other, 4 * MEBIBYTE))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(mount + " has ")
        .hasMessageEndingWith(" bytes free");
    assertThatThrownBy(() -> Files.write(other, new byte[(int) (4 * MEBIBYTE)]))
        .isInstanceOf(IOException.class);

    // Unmapped at the end, or the file system could not be unmounted.
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(reserved, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, 5 * MEBIBYTE, arena);
      memory.fill((byte) 7);
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 5 * MEBIBYTE - 1)).isEqualTo((byte) 7);
    }
  }
}
