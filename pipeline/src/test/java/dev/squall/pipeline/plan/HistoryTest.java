package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;
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
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
  private static final Stage STAGE = Graphs.single().stage("first");
  private static final Variant TILES = STAGE.kernel().variant("tiles");
  private static final Device CARD = new NullDevice("card", Profiles.card(1)).device();
  private static final History.Key KEY = History.Key.of(STAGE, TILES, CARD);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("cache").resolve("history.jsonl");
  }

  @Test
  void anAbsentFileIsAnEmptyHistory() {
    assertThat(History.read(file).seconds(KEY)).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsRecordedIsThereAtOnceAndAfterReading() throws IOException {
    History history = History.read(file);
    history.record(STAGE, TILES, CARD, 0.25);

    assertThat(history.seconds(KEY)).hasValue(0.25);
    assertThat(History.read(file).seconds(KEY)).hasValue(0.25);
    assertThat(folder.resolve("cache")).isDirectoryContaining("glob:**history.jsonl");
  }

  @Test
  void anotherVariantDeviceDriverOrSizeIsAnotherKey() throws IOException {
    History.read(file).record(STAGE, TILES, CARD, 0.25);
    History history = History.read(file);

    assertThat(history.seconds(key(KEY.kernel(), "loops", KEY.device(), KEY.driver(), KEY.sizes())))
        .isEmpty();
    assertThat(history.seconds(key("other", "tiles", KEY.device(), KEY.driver(), KEY.sizes())))
        .isEmpty();
    assertThat(history.seconds(key(KEY.kernel(), "tiles", "host", KEY.driver(), KEY.sizes())))
        .isEmpty();
    assertThat(history.seconds(key(KEY.kernel(), "tiles", KEY.device(), "fake 2", KEY.sizes())))
        .isEmpty();
    assertThat(history.seconds(key(KEY.kernel(), "tiles", KEY.device(), KEY.driver(), "n=1")))
        .isEmpty();
    assertThat(
            history.seconds(
                key("testing.double", "tiles", "fake-card:card", "fake 1", "n=100 factor=2.0")))
        .hasValue(0.25);
  }

  @Test
  void theMedianOfTheLatestTenCounts() throws IOException {
    History history = History.read(file);
    for (int i = 0; i < 5; i++) {
      history.record(STAGE, TILES, CARD, 1000);
    }
    // The latest ten: 3 × 1, 1 × 4, 1 × 6, 5 × 9; sorted, the middle two are 6 and 9.
    for (double seconds : List.of(9., 1., 9., 4., 9., 1., 9., 6., 9., 1.)) {
      history.record(STAGE, TILES, CARD, seconds);
    }

    assertThat(history.seconds(KEY)).hasValue(7.5);
    assertThat(History.read(file).seconds(KEY)).hasValue(7.5);
  }

  @Test
  void anOddNumberHasAMiddle() throws IOException {
    History history = History.read(file);
    for (double seconds : List.of(3., 1., 2.)) {
      history.record(STAGE, TILES, CARD, seconds);
    }

    assertThat(history.seconds(KEY)).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        "   ",
        "{",
        "{}",
        "[]",
        "[1, 2]",
        "17",
        "\"text\"",
        "not JSON at all",
        "{\"key\":null,\"seconds\":1}",
        "{\"key\":\"testing.double\",\"seconds\":1}",
        "{\"key\":{},\"seconds\":1}",
        "{\"key\":{\"shape\":[1]},\"seconds\":1}",
        "{\"seconds\":1}",
        "{\"other\":{\"a\":[1,2,{\"b\":null}]}}",
        "\u0000\u0000\u0000\u0000",
        "}{"
      })
  void aDamagedLineIsPassedOver(String damaged) throws IOException {
    History.read(file).record(STAGE, TILES, CARD, 2);
    append(damaged + "\n");
    History.read(file).record(STAGE, TILES, CARD, 4);

    assertThat(History.read(file).seconds(KEY)).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "\"NaN\"", "null", "1e999", "\"Infinity\"", "{}"})
  void aTimeThatIsNoneIsPassedOver(String seconds) throws IOException {
    History.read(file).record(STAGE, TILES, CARD, 2);
    append(Files.readString(file).replace("2.0}", seconds + "}"));

    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(History.read(file).seconds(KEY)).hasValue(2);
  }

  @Test
  void bytesThatAreNoTextArePassedOver() throws IOException {
    History.read(file).record(STAGE, TILES, CARD, 2);
    Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xC3, 0, '\n'}, StandardOpenOption.APPEND);

    assertThat(History.read(file).seconds(KEY)).hasValue(2);
  }

  @Test
  void halfALineCostsThatLineAlone() throws IOException {
    History.read(file).record(STAGE, TILES, CARD, 2);
    String line = Files.readString(file);
    append(line.substring(0, line.length() / 2));
    History.read(file).record(STAGE, TILES, CARD, 4);

    assertThat(History.read(file).seconds(KEY)).hasValue(3);
  }

  @Test
  void everyPrefixOfAFileIsReadable() throws IOException {
    History history = History.read(file);
    history.record(STAGE, TILES, CARD, 2);
    history.record(STAGE, TILES, CARD, 4);
    byte[] whole = Files.readAllBytes(file);
    int firstLine = Files.readAllLines(file).getFirst().length();
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      OptionalDouble seconds = History.read(file).seconds(KEY);

      if (length < firstLine) {
        assertThat(seconds).as("%d bytes", length).isEmpty();
      } else {
        assertThat(seconds).as("%d bytes", length).hasValue(2);
      }
    }
  }

  private void append(String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
  }

  private static History.Key key(
      String kernel, String variant, String device, String driver, String sizes) {
    return new History.Key(kernel, variant, device, driver, sizes);
  }
}
