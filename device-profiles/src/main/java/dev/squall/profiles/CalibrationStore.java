package dev.squall.profiles;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Keeps the calibration of a host in the file {@code calibration.toml} of a directory. The last
 * line of the file is a checksum of the lines before it, so a file cut short or damaged is never
 * taken for a measurement.
 */
public final class CalibrationStore {
  private static final String FILE = "calibration.toml";
  private static final String CHECKSUM = "crc32";

  private final Path directory;

  /** A store in a directory, which need not exist before the first {@link #write}. */
  public CalibrationStore(Path directory) {
    this.directory = directory;
  }

  /** The file that holds the calibration. */
  public Path file() {
    return directory.resolve(FILE);
  }

  /**
   * The stored calibration, empty if none was stored.
   *
   * @throws ProfileException if the file is unreadable, cut short, damaged or not a calibration
   */
  public Optional<Calibration> read() {
    if (Files.notExists(file())) {
      return Optional.empty();
    }
    TomlTable table = TomlTable.read(file());
    Calibration calibration =
        new Calibration(
            table.text("cpu_model"),
            table.text("jvm_version"),
            date(table),
            table.count("threads"),
            table.count("vector_bits"),
            table.number("fp32_one_thread_gigaflops"),
            table.number("fp32_all_threads_gigaflops"),
            table.number("copy_gigabytes_per_second"),
            table.number("read_gigabytes_per_second"),
            table.number("write_gigabytes_per_second"),
            table.number("launch_microseconds"));
    String checksum = table.text(CHECKSUM);
    table.rejectUnknownKeys();
    if (!checksum.equals(checksum(figures(calibration)))) {
      throw table.fault(
          CHECKSUM, "the checksum does not fit the figures: the file was damaged; calibrate again");
    }
    return Optional.of(calibration);
  }

  /**
   * Stores a calibration in place of the one before it. A reader sees the old file or the new one,
   * never a part.
   *
   * @throws IOException if the directory or the file cannot be written; the old file then stays
   */
  public void write(Calibration calibration) throws IOException {
    String figures = figures(calibration);
    String text = figures + toml(Map.of(CHECKSUM, checksum(figures)));
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, FILE, ".tmp");
    try {
      Files.writeString(temporary, text);
      // The rename must not reach the disk before the contents do.
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static LocalDate date(TomlTable table) {
    try {
      return LocalDate.parse(table.text("date"));
    } catch (DateTimeParseException e) {
      throw table.fault("date", "'date' must be a day such as 2026-11-23");
    }
  }

  private static String figures(Calibration calibration) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("cpu_model", calibration.cpuModel());
    figures.put("jvm_version", calibration.jvmVersion());
    figures.put("date", calibration.date().toString());
    figures.put("threads", calibration.threads());
    figures.put("vector_bits", calibration.vectorBits());
    figures.put("fp32_one_thread_gigaflops", calibration.fp32OneThreadGigaflops());
    figures.put("fp32_all_threads_gigaflops", calibration.fp32AllThreadsGigaflops());
    figures.put("copy_gigabytes_per_second", calibration.copyGigabytesPerSecond());
    figures.put("read_gigabytes_per_second", calibration.readGigabytesPerSecond());
    figures.put("write_gigabytes_per_second", calibration.writeGigabytesPerSecond());
    figures.put("launch_microseconds", calibration.launchMicroseconds());
    return toml(figures);
  }

  private static String toml(Map<String, Object> values) {
    try {
      return new TomlMapper().writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers cannot fail to become TOML", e);
    }
  }

  private static String checksum(String text) {
    CRC32 sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
