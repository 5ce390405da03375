package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationStoreTest {
  private static final Calibration CALIBRATION =
      new Calibration(
          "AMD EPYC \"Genoa\" \\ 'x' é",
          "25.0.1+8-LTS",
          LocalDate.of(2026, 11, 23),
          2,
          512,
          115.25,
          229.125,
          33.5,
          29.1,
          27.0,
          7.25);

  @TempDir private Path directory;

  @Test
  void findsNothingWhereNothingWasStored() {
    assertThat(store().read()).isEmpty();
    assertThat(new CalibrationStore(directory.resolve("absent")).read()).isEmpty();
  }

  @Test
  void returnsWhatWasStoredAndLeavesNoOtherFile() throws IOException {
    CalibrationStore nested = new CalibrationStore(directory.resolve("a/b"));
    nested.write(CALIBRATION);

    assertThat(nested.read()).contains(CALIBRATION);
    try (Stream<Path> files = Files.list(directory.resolve("a/b"))) {
      assertThat(files).containsExactly(nested.file());
    }
  }

  @Test
  void replacesTheCalibrationBefore() throws IOException {
    store().write(CALIBRATION);
    Calibration later = random(new SplittableRandom(1));
    store().write(later);

    assertThat(store().read()).contains(later);
  }

  @Test
  void everyNumberReturnsBitForBit() throws IOException {
    for (long seed = 0; seed < 200; seed++) {
      Calibration calibration = random(new SplittableRandom(seed));
      store().write(calibration);
      assertThat(store().read()).as("seed %d", seed).contains(calibration);
    }
  }

  @Test
  void aFileCutAnywhereIsReported() throws IOException {
    store().write(CALIBRATION);
    byte[] whole = Files.readAllBytes(store().file());
    // The last byte is the newline, without which nothing is lost.
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(store().file(), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> store().read())
          .as("cut to %d of %d bytes", length, whole.length)
          .isInstanceOf(ProfileException.class)
          .message()
          .startsWith(store().file() + ":")
          .doesNotContain("\n");
    }
  }

  @Test
  void aChangedFigureIsReported() throws IOException {
    store().write(CALIBRATION);
    String text = Files.readString(store().file());
    assertThat(text).contains("229.125");
    Files.writeString(store().file(), text.replace("229.125", "829.125"));

    ProfileException fault = catchThrowableOfType(ProfileException.class, () -> store().read());
    assertThat(fault.problem()).startsWith("the checksum does not fit the figures");
    assertThat(fault.line()).isEqualTo(12);
    assertThat(fault.column()).isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "threads = 2        | threads = 2.5          | 4 | 11 | 'threads' must be a whole number, not 2.5",
        "threads = 2        | threads = 0            | 4 | 11 | 'threads' must be above zero, not 0",
        "threads = 2        | thread = 2             | 1 | 1  | key 'threads' is missing",
        "33.5               | -33.5                  | 8 | 29 | 'copy_gigabytes_per_second' must be above zero",
        "2026-11-23         | 2026-13-23             | 3 | 8  | 'date' must be a day such as 2026-11-23",
        "threads = 2        | cores = 2 # threads = 2| 1 | 1  | key 'threads' is missing",
        "vector_bits = 512  | vector_bits = 512,     | 5 | 18 | not valid TOML",
        "25.0.1+8-LTS       | ''                     | 2 | 15 | 'jvm_version' is blank",
      })
  void namesThePlaceAndTheProblem(String right, String wrong, int line, int column, String problem)
      throws IOException {
    store().write(CALIBRATION);
    String text = Files.readString(store().file());
    assertThat(text).contains(right);
    Files.writeString(store().file(), text.replace(right, wrong));

    ProfileException fault = catchThrowableOfType(ProfileException.class, () -> store().read());
    assertThat(fault).isNotNull();
    assertThat(fault.problem()).startsWith(problem);
    assertThat(fault.line()).as("line").isEqualTo(line);
    assertThat(fault.column()).as("column").isEqualTo(column);
  }

  @Test
  void anUnknownKeyIsReported() throws IOException {
    store().write(CALIBRATION);
    Files.writeString(store().file(), Files.readString(store().file()) + "thread = 2\n");

    assertThatThrownBy(() -> store().read())
        .isInstanceOf(ProfileException.class)
        .hasMessage(store().file() + ":13:1: unknown key 'thread'; did you mean 'threads'?");
  }

  @Test
  void refusesFiguresThatCannotBeMeasured() {
    assertThatThrownBy(() -> withCopy(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("copyGigabytesPerSecond must be finite and above zero, not NaN");
    assertThatThrownBy(() -> withCopy(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> withCopy(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void calibrationReplacesTheAssumptionsOfAProfile() {
    DeviceProfile assumed = DeviceProfiles.shipped().byId("host-cpu").orElseThrow();
    DeviceProfile measured = assumed.withCalibration(CALIBRATION);

    assertThat(measured.compute().fp32Teraflops()).hasValue(0.229125);
    assertThat(measured.compute().fp32OneThreadTeraflops()).hasValue(0.11525);
    assertThat(measured.compute().computeUnits()).hasValue(2);
    assertThat(measured.compute().vectorBits()).hasValue(512);
    assertThat(measured.memory().bandwidthGigabytesPerSecond()).hasValue(33.5);
    assertThat(measured.memory().readGigabytesPerSecond()).hasValue(29.1);
    assertThat(measured.memory().writeGigabytesPerSecond()).hasValue(27.0);
    assertThat(measured.timing().launchMicroseconds()).hasValue(7.25);
    assertThat(measured.compute().supportsFp64()).isEqualTo(assumed.compute().supportsFp64());
    assertThat(measured.matches()).isEqualTo(assumed.matches());
    assertThat(measured.timing().meaningful()).isTrue();

    assertThat(measured.provenance())
        .containsKeys("timing.launch_microseconds", "compute.vector_bits")
        .allSatisfy(
            (figure, origin) -> {
              if (figure.equals("compute.supports_fp64")) {
                assertThat(origin).isEqualTo(assumed.provenance().get(figure));
              } else {
                assertThat(origin.evidence()).isEqualTo(Evidence.MEASURED);
                assertThat(origin.source())
                    .contains("2026-11-23", "AMD EPYC", "2 threads", "25.0.1+8-LTS");
              }
            });
  }

  @Test
  void onlyACpuCanBeCalibrated() {
    DeviceProfile card = DeviceProfiles.shipped().byId("h200").orElseThrow();

    assertThatThrownBy(() -> card.withCalibration(CALIBRATION))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("profile 'h200' is of kind 'gpu': only a cpu can be calibrated");
  }

  private CalibrationStore store() {
    return new CalibrationStore(directory);
  }

  private static Calibration withCopy(double copy) {
    return new Calibration("cpu", "jvm", LocalDate.of(2026, 1, 1), 1, 128, 1, 1, copy, 1, 1, 1);
  }

  private static Calibration random(SplittableRandom random) {
    return new Calibration(
        "cpu " + random.nextLong(),
        "jvm " + random.nextLong(),
        LocalDate.ofEpochDay(random.nextInt(40_000)),
        random.nextInt(1, 1000),
        random.nextInt(1, 4096),
        positive(random),
        positive(random),
        positive(random),
        positive(random),
        positive(random),
        positive(random));
  }

  /** Any positive finite number, of all magnitudes. */
  private static double positive(SplittableRandom random) {
    return Double.longBitsToDouble(random.nextLong(1, 0x7FF0_0000_0000_0000L));
  }
}
