package dev.squall.pipeline.modm.serve;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Records in numbered files of a folder, appended and never changed. An append is done when the
 * disk has it; appends that wait at the same time share one flush. A file is removed when nothing
 * in it is needed any more and all before it are gone.
 *
 * <p>A record is its length and checksum (4 bytes each, big-endian) and its bytes. What a crash
 * left unfinished at the end of the last file is cut off when the log is opened; it was never
 * acknowledged. Any other damage is an error.
 */
final class ImageLog implements AutoCloseable {
  private static final int HEAD_BYTES = 8;
  private static final int LARGEST_RECORD = 64 << 20;

  /** Appends that share a flush. */
  private static final int BATCH = 256;

  private static final Pattern NAME = Pattern.compile("log-(\\d{10})");

  /** Where a record is. */
  record Place(long file, long offset, int length) {}

  /** Receives the records of a log that is opened, in order. */
  @FunctionalInterface
  interface Replay {
    void record(LogRecord record, Place place);
  }

  private record Append(byte[] bytes, CompletableFuture<Place> done) {}

  /** One file and how many of its records are needed. */
  private static final class Segment {
    private final FileChannel channel;
    private final Path path;
    private long length;
    private long needed;

    private Segment(FileChannel channel, Path path, long length) {
      this.channel = channel;
      this.path = path;
      this.length = length;
    }
  }

  private final Path folder;
  private final long segmentBytes;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final BlockingQueue<Append> waiting = new LinkedBlockingQueue<>();
  private final Thread writer;
  private volatile boolean closing;

  private ImageLog(Path folder, long segmentBytes) throws IOException {
    this.folder = folder;
    this.segmentBytes = segmentBytes;
    Files.createDirectories(folder);
    lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock own;
    try {
      own = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      own = null;
    }
    if (own == null) {
      lockFile.close();
      throw SquallException.invalidInput(
          "--store %s: another service uses it; stop that one or choose another folder"
              .formatted(folder));
    }
    lock = own;
    writer = Thread.ofPlatform().name("squall-modm-log").daemon().unstarted(this::write);
  }

  /**
   * Opens the log of a folder, which is made if it is not there.
   *
   * @param segmentBytes size from which on a new file is begun
   * @throws SquallException INVALID_INPUT if the folder cannot be used, is in use, or a record is
   *     damaged
   */
  static ImageLog open(Path folder, long segmentBytes, Replay replay) {
    ImageLog log = null;
    try {
      log = new ImageLog(folder, segmentBytes);
      log.recover(replay);
      log.writer.start();
      return log;
    } catch (IOException e) {
      closeQuietly(log);
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "--store %s: cannot be used: %s".formatted(folder, reason(e)),
          e);
    } catch (RuntimeException e) {
      closeQuietly(log);
      throw e;
    }
  }

  private static void closeQuietly(ImageLog log) {
    if (log != null) {
      try {
        log.closeFiles();
      } catch (IOException e) {
        // The failure that led here matters more.
      }
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void recover(Replay replay) throws IOException {
    List<Path> files;
    try (var children = Files.list(folder)) {
      files =
          children
              .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .toList();
    }
    for (int i = 0; i < files.size(); i++) {
      long number = Long.parseLong(files.get(i).getFileName().toString().substring(4));
      Segment segment =
          new Segment(
              FileChannel.open(files.get(i), StandardOpenOption.READ, StandardOpenOption.WRITE),
              files.get(i),
              0);
      segments.put(number, segment);
      replayFile(number, segment, i == files.size() - 1, replay);
    }
    if (segments.isEmpty()) {
      begin(1);
    }
  }

  private void replayFile(long number, Segment segment, boolean last, Replay replay)
      throws IOException {
    long size = segment.channel.size();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    while (segment.length < size) {
      long at = segment.length;
      boolean whole = size - at >= HEAD_BYTES;
      int length = 0;
      if (whole) {
        read(segment.channel, head.clear(), at);
        length = head.getInt(0);
        if (length < 1 || length > LARGEST_RECORD) {
          throw damaged(segment.path, at);
        }
        whole = size - at - HEAD_BYTES >= length;
      }
      if (!whole) {
        if (!last) {
          throw damaged(segment.path, at);
        }
        segment.channel.truncate(at);
        segment.channel.force(true);
        return;
      }
      byte[] bytes = new byte[length];
      read(segment.channel, ByteBuffer.wrap(bytes), at + HEAD_BYTES);
      if (checksum(bytes) != head.getInt(4)) {
        throw damaged(segment.path, at);
      }
      segment.length = at + HEAD_BYTES + length;
      segment.needed++;
      LogRecord record;
      try {
        record = LogRecord.decode(new DataInputStream(new ByteArrayInputStream(bytes)));
      } catch (IOException e) {
        throw damaged(segment.path, at);
      }
      replay.record(record, new Place(number, at, length));
    }
  }

  private SquallException damaged(Path file, long at) {
    return SquallException.invalidInput(
        "%s: the record at byte %d is damaged (checksum); restore the folder from a backup, or start"
                .formatted(file, at)
            + " with an empty --store");
  }

  private static int checksum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private static void read(FileChannel channel, ByteBuffer into, long at) throws IOException {
    long position = at;
    while (into.hasRemaining()) {
      int count = channel.read(into, position);
      if (count < 0) {
        throw new IOException("unexpected end at byte " + position);
      }
      position += count;
    }
  }

  private Segment begin(long number) throws IOException {
    Path path = folder.resolve("log-%010d".formatted(number));
    Segment segment =
        new Segment(
            FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE),
            path,
            0);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Some systems cannot flush a folder; there the name is as safe as it gets.
    }
    synchronized (segments) {
      segments.put(number, segment);
    }
    return segment;
  }

  /**
   * Appends a record; done when the disk has it, or failed if it could not take it, in which case
   * the log is as before.
   */
  CompletableFuture<Place> append(LogRecord record) {
    CompletableFuture<Place> done = new CompletableFuture<>();
    if (closing) {
      done.completeExceptionally(new IOException("the log is closed"));
    } else {
      waiting.add(new Append(record.encode(), done));
    }
    return done;
  }

  /** The writer's loop: all that waits is written, then flushed once. */
  private void write() {
    List<Append> batch = new ArrayList<>();
    while (true) {
      try {
        batch.clear();
        batch.add(waiting.take());
        waiting.drainTo(batch, BATCH - 1);
        if (batch.getLast().bytes() == null) {
          batch.removeLast();
          writeBatch(batch);
          return;
        }
        writeBatch(batch);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void writeBatch(List<Append> batch) {
    if (batch.isEmpty()) {
      return;
    }
    long number;
    Segment segment;
    synchronized (segments) {
      number = segments.lastKey();
      segment = segments.get(number);
    }
    long start = segment.length;
    try {
      if (start >= segmentBytes) {
        number++;
        segment = begin(number);
        start = 0;
      }
      List<Place> places = new ArrayList<>();
      long at = start;
      for (Append append : batch) {
        ByteBuffer record = ByteBuffer.allocate(HEAD_BYTES + append.bytes().length);
        record.putInt(append.bytes().length).putInt(checksum(append.bytes()));
        record.put(append.bytes()).flip();
        places.add(new Place(number, at, append.bytes().length));
        while (record.hasRemaining()) {
          at += segment.channel.write(record, at);
        }
      }
      segment.channel.force(false);
      synchronized (segments) {
        segment.length = at;
        segment.needed += batch.size();
      }
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).done().complete(places.get(i));
      }
    } catch (IOException e) {
      takeBack(segment, start);
      batch.forEach(append -> append.done().completeExceptionally(e));
    }
  }

  /** A part of a record must not stand before others. */
  private static void takeBack(Segment segment, long length) {
    try {
      segment.channel.truncate(length);
    } catch (IOException e) {
      // The next append overwrites it from the same place on.
    }
  }

  /** Reads a record that is still needed. */
  LogRecord read(Place place) throws IOException {
    Segment segment;
    synchronized (segments) {
      segment = segments.get(place.file());
    }
    if (segment == null) {
      throw new IOException("the record is gone");
    }
    byte[] bytes = new byte[place.length()];
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    read(segment.channel, head, place.offset());
    read(segment.channel, ByteBuffer.wrap(bytes), place.offset() + HEAD_BYTES);
    if (head.getInt(0) != bytes.length || head.getInt(4) != checksum(bytes)) {
      throw new IOException("the record at byte %d is damaged".formatted(place.offset()));
    }
    return LogRecord.decode(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  /** A record is no longer needed. Files are removed in their order alone, see {@link Replay}. */
  void release(Place place) {
    List<Segment> gone = new ArrayList<>();
    synchronized (segments) {
      segments.get(place.file()).needed--;
      while (segments.size() > 1 && segments.firstEntry().getValue().needed == 0) {
        gone.add(segments.pollFirstEntry().getValue());
      }
    }
    for (Segment segment : gone) {
      try {
        segment.channel.close();
        Files.deleteIfExists(segment.path);
      } catch (IOException e) {
        // Left over files are replayed and released again after a restart.
      }
    }
  }

  /** Files of the log, for metrics. */
  int files() {
    synchronized (segments) {
      return segments.size();
    }
  }

  long bytes() {
    synchronized (segments) {
      return segments.values().stream().mapToLong(segment -> segment.length).sum();
    }
  }

  /** Writes what waits, then closes. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    waiting.add(new Append(null, null));
    try {
      writer.join();
      closeFiles();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY, "--store %s: %s".formatted(folder, reason(e)), e);
    }
  }

  private void closeFiles() throws IOException {
    synchronized (segments) {
      for (Segment segment : segments.values()) {
        segment.channel.close();
      }
    }
    lock.release();
    lockFile.close();
  }
}
