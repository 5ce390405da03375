package dev.squall.pipeline.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What Linux tells of the processor and its memory; other systems get a plain answer. */
public final class HostProcessor {
  private final Path root;

  /**
   * @param root the directory that holds {@code proc} and {@code sys}
   */
  HostProcessor(Path root) {
    this.root = root;
  }

  public static HostProcessor ofThisMachine() {
    return new HostProcessor(Path.of("/"));
  }

  /** The name of the processor's model, or else the name of its instruction set. */
  public String model() {
    return field("proc/cpuinfo", "model name").orElseGet(HostProcessor::instructionSet);
  }

  /** Bytes that can still be allocated without swapping. */
  public long availableMemoryBytes() {
    return field("proc/meminfo", "MemAvailable")
        .map(text -> Long.parseLong(text, 0, text.indexOf(' '), 10) * 1024)
        // Elsewhere: a quarter of the physical memory is what a JVM allows itself by default.
        .orElseGet(() -> 4 * Runtime.getRuntime().maxMemory());
  }

  private Optional<String> field(String file, String name) {
    try (Stream<String> lines = Files.lines(root.resolve(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .filter(text -> !text.isEmpty())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Bytes of all last-level caches together, 0 if unknown. */
  long lastLevelCacheBytes() {
    // Cores that share a cache name the same list of cores: the cache counts once.
    Map<String, Long> caches = new HashMap<>();
    try (Stream<Path> entries = Files.list(root.resolve("sys/devices/system/cpu"))) {
      for (Path core : entries.filter(HostProcessor::isCore).toList()) {
        Path cache = lastLevelCache(core);
        caches.put(text(cache.resolve("shared_cpu_list")), kibibytes(text(cache.resolve("size"))));
      }
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
    return 1024 * caches.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Path lastLevelCache(Path core) {
    int index = 0;
    while (Files.exists(core.resolve("cache/index" + (index + 1)))) {
      index++;
    }
    return core.resolve("cache/index" + index);
  }

  private static boolean isCore(Path entry) {
    return entry.getFileName().toString().matches("cpu[0-9]+");
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** Of a text such as 32768K, the only unit that Linux writes. */
  private static long kibibytes(String text) {
    if (!text.endsWith("K")) {
      throw new NumberFormatException("no size in KiB: " + text);
    }
    return Long.parseLong(text, 0, text.length() - 1, 10);
  }

  private static String instructionSet() {
    return System.getProperty("os.arch");
  }
}
