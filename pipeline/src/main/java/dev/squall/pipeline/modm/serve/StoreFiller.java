package dev.squall.pipeline.modm.serve;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Fills a store with made images, to measure a service with a full cache. */
public final class StoreFiller {
  private static final long SEGMENT_BYTES = 256L << 20;
  private static final int IN_FLIGHT = 256;

  private StoreFiller() {}

  /** The id of image {@code row}. */
  public static UUID id(int row) {
    return new UUID(0x5175_616c_6c00_4000L, 0x8000_0000_0000_0000L + row);
  }

  /** Images 0 to {@code rows} − 1, each with the embedding {@link FakeWorker#direction} of it. */
  public static void fill(Path folder, int rows, int width) {
    try (ImageLog log = ImageLog.open(folder, SEGMENT_BYTES, (record, place) -> {})) {
      CompletableFuture<?>[] waiting = new CompletableFuture<?>[IN_FLIGHT];
      for (int row = 0; row < rows; row++) {
        int slot = row % IN_FLIGHT;
        if (waiting[slot] != null) {
          waiting[slot].join();
        }
        waiting[slot] =
            log.append(
                new LogRecord.Done(
                    id(row),
                    true,
                    -1,
                    "made",
                    "application/octet-stream",
                    FakeWorker.direction(row, width),
                    ("image " + row).getBytes(StandardCharsets.UTF_8)));
      }
    }
  }
}
