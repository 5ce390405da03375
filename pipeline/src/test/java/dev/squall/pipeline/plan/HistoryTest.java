package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Measured.Copied;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
  private static final Stage STAGE = Graphs.single().stage("first");
  private static final Variant TILES = STAGE.kernel().variant("tiles");
  private static final Device CARD = new NullDevice("card", Profiles.card(1)).device();
  private static final Measured.Key KEY = Measured.Key.of(STAGE, TILES, CARD);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("cache").resolve("history.jsonl");
  }

  private static Measured measured(double... seconds) {
    return Measured.of(
        STAGE,
        TILES,
        CARD,
        9,
        Arrays.stream(seconds).boxed().toList(),
        0.5,
        new Copied(400, 2),
        new Copied(400, 4));
  }

  private List<List<Double>> times() {
    return History.read(file).of(KEY).stream().map(Measured::seconds).toList();
  }

  @Test
  void anAbsentFileIsAnEmptyHistory() {
    assertThat(times()).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsRecordedIsThereAtOnceAndAfterReading() throws IOException {
    History history = History.read(file);
    history.record(measured(0.25, 0.5));

    assertThat(history.of(KEY)).containsExactly(measured(0.25, 0.5));
    assertThat(History.read(file).of(KEY)).containsExactly(measured(0.25, 0.5));
    assertThat(History.read(file).damaged()).isZero();
  }

  @Test
  void aRecordSaysAllThatAModelNeeds() {
    Measured record = measured(0.123456789);

    assertThat(record.sizes()).isEqualTo("n=100 factor=2.0");
    assertThat(record.shapeClass()).isEqualTo("factor=2.0");
    assertThat(record.operations()).isEqualTo(100_000);
    assertThat(record.bytes()).isEqualTo(1_200);
    assertThat(record.seconds()).as("five digits").containsExactly(0.12346);
    assertThat(record.code()).matches("[0-9a-f]{16}");
    assertThat(record.device()).isEqualTo("fake-card:card");
    assertThat(record.driver()).isEqualTo("fake 1 on Fake card");
  }

  @Test
  void whatIsLearntIsKeptByNoFile() {
    History history = History.read(file);
    history.learn(measured(1));

    assertThat(history.of(KEY)).hasSize(1);
    assertThat(file).doesNotExist();
  }

  @Test
  void anotherVariantDeviceDriverOrCodeIsAnotherKey() throws IOException {
    History.read(file).record(measured(0.25));
    History history = History.read(file);

    assertThat(history.of(KEY)).hasSize(1);
    for (Measured.Key other :
        List.of(
            new Measured.Key("other", KEY.variant(), KEY.device(), KEY.driver(), KEY.code()),
            new Measured.Key(KEY.kernel(), "loops", KEY.device(), KEY.driver(), KEY.code()),
            new Measured.Key(KEY.kernel(), KEY.variant(), "host", KEY.driver(), KEY.code()),
            new Measured.Key(KEY.kernel(), KEY.variant(), KEY.device(), "fake 2", KEY.code()),
            new Measured.Key(KEY.kernel(), KEY.variant(), KEY.device(), KEY.driver(), "older"))) {
      assertThat(history.of(other)).isEmpty();
    }
  }

  @Test
  void theLatestRecordsCount() throws IOException {
    History history = History.read(file);
    for (int i = 1; i <= History.RECENT + 4; i++) {
      history.record(measured(i));
    }

    assertThat(times()).hasSize(History.RECENT);
    assertThat(times().getFirst()).containsExactly(5.0);
    assertThat(times().getLast()).containsExactly(20.0);
  }

  @Test
  void recordsOfALineAreKeptApart() throws IOException {
    History history = History.read(file);
    history.record(measured(1));
    history.record(measured(2).inLine("a+b").warmedUp(3));
    history.record(measured(4).inLine("a+c"));
    history.record(measured(8).inLine("a+b"));
    for (History each : List.of(history, History.read(file))) {
      assertThat(each.of(KEY)).extracting(Measured::seconds).containsExactly(List.of(1.0));
      assertThat(each.of(KEY, "a+b"))
          .extracting(Measured::seconds)
          .containsExactly(List.of(2.0), List.of(8.0));
      assertThat(each.of(KEY, "a+b")).extracting(Measured::warm).containsExactly(3.0, 0.0);
      assertThat(each.lines(KEY))
          .as("the latest first")
          .containsExactly("a+b", "a+c", Measured.ALONE);
    }
  }

  @Test
  void whatOlderVersionsWroteWasAlone() throws IOException {
    History.read(file).record(measured(2.5));
    String now = Files.readString(file);
    String before = now.replace(",\"line\":\"\",\"warm\":0.0", "");
    assertThat(before).isNotEqualTo(now);
    Files.writeString(file, before);

    assertThat(History.read(file).of(KEY)).containsExactly(measured(2.5));
    assertThat(History.read(file).damaged()).isZero();
  }

  @Test
  void theVersionChangesWithWhatIsLearnt() throws IOException {
    History history = History.read(file);
    long empty = history.version();
    history.of(KEY);
    assertThat(history.version()).isEqualTo(empty);
    history.learn(measured(1));
    long one = history.version();
    history.recordOpening(CARD, 1);

    assertThat(one).isNotEqualTo(empty);
    assertThat(history.version()).isNotEqualTo(one);
  }

  @Test
  void aCopyLearnsForItself() throws IOException {
    History history = History.read(file);
    history.record(measured(1).inLine("a+b"));
    history.recordOpening(CARD, 3);
    History copy = history.copy();
    copy.learn(measured(2).inLine("a+b"));

    assertThat(copy.of(KEY, "a+b")).hasSize(2);
    assertThat(copy.openSeconds(CARD)).hasValue(3);
    assertThat(copy.bus(CARD, Bus.of(CARD))).isEqualTo(history.bus(CARD, Bus.of(CARD)));
    assertThat(history.of(KEY, "a+b")).hasSize(1);
    assertThat(history.bus(CARD, Bus.of(CARD)).measured()).isTrue();
    assertThat(times()).isEmpty();
  }

  @Test
  void aKernelsVersionMovesWithItAlone() {
    History history = History.inMemory();
    long before = history.version(KEY.kernel(), CARD).get();
    long other = history.version("another.kernel", CARD).get();
    history.learn(measured(1));

    assertThat(history.version(KEY.kernel(), CARD).get()).isNotEqualTo(before);
    assertThat(history.version("another.kernel", CARD).get()).isEqualTo(other);
  }

  @Test
  void copiesGiveTheRatesOfTheBus() throws IOException {
    Bus profile = Bus.of(CARD);
    History history = History.read(file);
    assertThat(history.bus(CARD, profile)).isEqualTo(profile);

    history.record(measured(1));
    history.record(measured(1));

    assertThat(History.read(file).bus(CARD, profile)).isEqualTo(new Bus(true, 200, 100, true));
  }

  @Test
  void openingsAreRemembered() throws IOException {
    History history = History.read(file);
    assertThat(history.openSeconds(CARD)).isEmpty();
    for (double seconds : List.of(3., 1., 2.)) {
      history.recordOpening(CARD, seconds);
    }

    assertThat(history.openSeconds(CARD)).hasValue(2);
    assertThat(History.read(file).openSeconds(CARD)).hasValue(2);
  }

  @Test
  void aFileThatGrewLargeIsShortened() throws IOException {
    History history = History.read(file);
    double[] many = new double[20_000];
    Arrays.fill(many, 1.2345);
    for (int i = 0; i < 40; i++) {
      history.record(measured(many));
    }

    assertThat(Files.size(file)).isLessThan(6 << 20);
    assertThat(times()).hasSize(History.RECENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "   ",
        "{",
        "{}",
        "[]",
        "[1, 2]",
        "17",
        "\"text\"",
        "not JSON at all",
        "{\"seconds\":1}",
        "{\"kernel\":\"testing.double\",\"seconds\":[1]}",
        "{\"opened\":{}}",
        "{\"other\":{\"a\":[1,2,{\"b\":null}]}}",
        "\u0000\u0000\u0000\u0000",
        "}{"
      })
  void aDamagedLineIsPassedOverAndCounted(String damaged) throws IOException {
    History.read(file).record(measured(2));
    append(damaged + "\n");
    History.read(file).record(measured(4));

    assertThat(times()).containsExactly(List.of(2.0), List.of(4.0));
    assertThat(History.read(file).damaged()).isEqualTo(1);
  }

  @Test
  void anOlderFormIsNoDamageButNoRecordEither() throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"key\":{\"kernel\":\"testing.double\"},\"seconds\":1}\n");

    assertThat(times()).isEmpty();
    assertThat(History.read(file).damaged()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "\"NaN\"", "null", "1e999", "\"Infinity\"", "{}"})
  void aTimeThatIsNoneIsPassedOver(String seconds) throws IOException {
    History.read(file).record(measured(2.5));
    append(Files.readString(file).replace("[2.5]", "[" + seconds + "]"));

    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(times()).containsExactly(List.of(2.5));
  }

  @Test
  void bytesThatAreNoTextArePassedOver() throws IOException {
    History.read(file).record(measured(2));
    Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xC3, 0, '\n'}, StandardOpenOption.APPEND);

    assertThat(times()).containsExactly(List.of(2.0));
  }

  @Test
  void halfALineCostsThatLineAlone() throws IOException {
    History.read(file).record(measured(2));
    String line = Files.readString(file);
    append(line.substring(0, line.length() / 2));
    History.read(file).record(measured(4));

    assertThat(times()).containsExactly(List.of(2.0), List.of(4.0));
  }

  @Test
  void everyPrefixOfAFileIsReadable() throws IOException {
    History history = History.read(file);
    history.record(measured(2));
    history.record(measured(4));
    byte[] whole = Files.readAllBytes(file);
    int firstLine = Files.readAllLines(file).getFirst().length();
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThat(times()).as("%d bytes", length).hasSize(length < firstLine ? 0 : 1);
    }
  }

  private void append(String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
  }
}
