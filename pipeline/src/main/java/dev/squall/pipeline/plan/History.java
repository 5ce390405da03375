package dev.squall.pipeline.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What past runs measured, a JSON line each, appended to a file in the user's cache. A line that is
 * damaged (a machine that went down while writing) is passed over; the rest is kept.
 */
public final class History {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SequencedMap<String, List<Measured>> NOTHING = new LinkedHashMap<>();

  /** Records of one key that count, the latest. */
  static final int RECENT = 16;

  /** A file beyond this is written anew with what still counts. */
  private static final long MOST_BYTES = 4 << 20;

  private final Path file;

  /** By code and device, then by line; the line of the latest record last. */
  private final Map<Measured.Key, SequencedMap<String, List<Measured>>> records =
      new LinkedHashMap<>();

  private final Map<String, List<Double>> opened = new HashMap<>();
  private final Set<String> known = new HashSet<>();
  private int damaged;
  private final AtomicLong version = new AtomicLong();

  /** The same of each kernel on each device. */
  private final Map<String, AtomicLong> versions = new HashMap<>();

  /** All copies by device and driver, in and out. */
  private final Map<String, Measured.Copied[]> copies = new HashMap<>();

  /** Whether the file ends inside a line, which the next record must not continue. */
  private boolean torn;

  private History(Path file) {
    this.file = file;
  }

  /** Seconds until a device could take its first stage. */
  private record Opened(String opened, String driver, double seconds) {
    String key() {
      return opened + " " + driver;
    }
  }

  /**
   * Reads {@code file}; an absent one is an empty history.
   *
   * @throws SquallException INVALID_INPUT if it is there and cannot be read
   */
  public static History read(Path file) {
    History history = new History(file);
    if (Files.exists(file)) {
      try {
        // Bytes that are no text become characters that are no record.
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        text.lines().forEach(history::parse);
        history.torn = !text.isEmpty() && !text.endsWith("\n");
      } catch (IOException e) {
        throw new SquallException(
            ErrorClass.INVALID_INPUT,
            "cannot read recorded times from " + file + " (" + e + "); remove it",
            e);
      }
    }
    return history;
  }

  /** A history that nothing keeps. */
  public static History inMemory() {
    return new History(null);
  }

  /** The same, kept by nothing, and apart from what this one learns. */
  public History copy() {
    History copy = inMemory();
    records.values().forEach(byLine -> byLine.values().forEach(list -> list.forEach(copy::learn)));
    opened.forEach((device, seconds) -> copy.opened.put(device, new ArrayList<>(seconds)));
    return copy;
  }

  /** Lines that were passed over because they are no records. */
  public int damaged() {
    return damaged;
  }

  public Path file() {
    return file;
  }

  /** Another number whenever something was learnt: what rests on the same number needs no look. */
  public long version() {
    return version.get();
  }

  /** The version of what is known of a kernel on a device: it moves as that does. */
  AtomicLong version(String kernel, Device device) {
    return versions.computeIfAbsent(
        kernel + " " + device.qualifiedId(), absent -> new AtomicLong());
  }

  /** The latest records of stages alone, see {@link #of(Measured.Key, String)}. */
  List<Measured> of(Measured.Key key) {
    return of(key, Measured.ALONE);
  }

  /**
   * The latest records of the same code on the same device in a line, in the order in which they
   * came.
   */
  List<Measured> of(Measured.Key key, String line) {
    return recent(records.getOrDefault(key, NOTHING).getOrDefault(line, List.of()));
  }

  /** Lines that have records, {@link Measured#ALONE} for calls alone; the latest first. */
  Collection<String> lines(Measured.Key key) {
    return records.getOrDefault(key, NOTHING).reversed().sequencedKeySet();
  }

  private static List<Measured> recent(List<Measured> all) {
    return all.subList(Math.max(0, all.size() - RECENT), all.size());
  }

  /** Whether there is any record of a variant on a device, of whatever code: a quick question. */
  boolean knows(String kernel, String variant, Device device) {
    return known.contains(kernel + " " + variant + " " + device.qualifiedId());
  }

  /** Notes a record for this process alone. */
  public void learn(Measured measured) {
    version.incrementAndGet();
    versions
        .computeIfAbsent(measured.kernel() + " " + measured.device(), absent -> new AtomicLong())
        .incrementAndGet();
    Measured.Copied[] copied =
        copies.computeIfAbsent(
            measured.device() + " " + measured.driver(),
            absent -> new Measured.Copied[] {Measured.Copied.NONE, Measured.Copied.NONE});
    copied[0] = copied[0].plus(measured.in());
    copied[1] = copied[1].plus(measured.out());
    known.add(measured.kernel() + " " + measured.variant() + " " + measured.device());
    SequencedMap<String, List<Measured>> byLine =
        records.computeIfAbsent(measured.key(), key -> new LinkedHashMap<>());
    List<Measured> same = byLine.getOrDefault(measured.line(), new ArrayList<>());
    same.add(measured);
    byLine.putLast(measured.line(), same);
  }

  /** Notes a record and appends it to the file. */
  public void record(Measured measured) throws IOException {
    learn(measured);
    append(JSON.writeValueAsString(measured));
  }

  /** Notes how long it took until a device could take its first stage. */
  public void recordOpening(Device device, double seconds) throws IOException {
    Opened line = new Opened(device.qualifiedId(), device.driver(), seconds);
    version.incrementAndGet();
    opened.computeIfAbsent(line.key(), key -> new ArrayList<>()).add(seconds);
    append(JSON.writeValueAsString(line));
  }

  /** The median of the latest openings of a device. */
  OptionalDouble openSeconds(Device device) {
    List<Double> all = opened.getOrDefault(device.qualifiedId() + " " + device.driver(), List.of());
    return all.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            Robust.median(
                all.subList(Math.max(0, all.size() - RECENT), all.size()).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray()));
  }

  /** The rates of all copies that were seen; those of {@code otherwise} where none was. */
  Bus bus(Device device, Bus otherwise) {
    Measured.Copied[] copied = copies.get(device.qualifiedId() + " " + Measured.Key.driver(device));
    if (copied == null) {
      return otherwise;
    }
    Measured.Copied in = copied[0];
    Measured.Copied out = copied[1];
    boolean seen = in.seconds() > 0 && out.seconds() > 0;
    return seen && otherwise.ownMemory()
        ? new Bus(true, in.bytes() / in.seconds(), out.bytes() / out.seconds(), true)
        : otherwise;
  }

  private void append(String line) throws IOException {
    if (file == null) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        (torn ? "\n" : "") + line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    torn = false;
    if (Files.size(file) > MOST_BYTES) {
      shorten();
    }
  }

  private void shorten() throws IOException {
    StringBuilder text = new StringBuilder();
    for (SequencedMap<String, List<Measured>> byLine : records.values()) {
      for (List<Measured> list : byLine.values()) {
        for (Measured measured : recent(list)) {
          text.append(JSON.writeValueAsString(measured)).append('\n');
        }
      }
    }
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void parse(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      if (line != null && line.has("key")) {
        return; // an older form, which does not say what code it measured
      }
      if (line != null && line.has("opened")) {
        Opened opening = JSON.treeToValue(line, Opened.class);
        opened.computeIfAbsent(opening.key(), key -> new ArrayList<>()).add(opening.seconds());
        return;
      }
      Measured measured = line == null ? null : JSON.treeToValue(line, Measured.class);
      if (measured != null && measured.complete()) {
        learn(measured);
        return;
      }
    } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
      // Half a line from an interrupted run costs that line alone.
    }
    damaged++;
  }
}
