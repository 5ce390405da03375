package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnumerationCacheTest {
  private static final EnumerationCache.Answer FACTS =
      new EnumerationCache.Answer(List.of(FaultyProcess.facts(0)), "");

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("not yet there/devices.json");
  }

  @Test
  void answersOutliveTheProcess() {
    EnumerationCache cache = EnumerationCache.read(file());
    assertThat(cache.get("opencl print")).isEmpty();
    cache.put("opencl print", FACTS);

    assertThat(cache.get("opencl print")).hasValue(FACTS);
    EnumerationCache later = EnumerationCache.read(file());
    assertThat(later.get("opencl print")).hasValue(FACTS);
    assertThat(later.get("opencl other print")).isEmpty();
  }

  @Test
  void whyThereIsNoDeviceIsRememberedToo() {
    EnumerationCache.Answer none = new EnumerationCache.Answer(List.of(), "no driver");
    EnumerationCache cache = EnumerationCache.read(file());
    cache.put("one", FACTS);
    cache.put("two", FACTS);
    cache.put("one", none);

    assertThat(cache.get("one")).hasValue(none);
    assertThat(EnumerationCache.read(file()).get("one")).hasValue(none);
    assertThat(EnumerationCache.read(file()).get("two")).hasValue(FACTS);
  }

  @Test
  void askingAgainForgetsWhatIsKnownAndKeepsWhatIsNotAsked() {
    EnumerationCache.read(file()).put("one", FACTS);
    EnumerationCache.Answer changed =
        new EnumerationCache.Answer(List.of(FaultyProcess.facts(0), FaultyProcess.facts(1)), "");
    EnumerationCache again = EnumerationCache.askAgain(file());
    assertThat(again.get("one")).isEmpty();
    again.put("two", changed);

    EnumerationCache later = EnumerationCache.read(file());
    assertThat(later.get("one")).hasValue(FACTS);
    assertThat(later.get("two")).hasValue(changed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"one\": ",
        "{\"one\": 3}",
        "{\"one\": null}",
        "{\"one\": {\"devices\": [null], \"reason\": \"\"}}",
        "{\"one\": {\"devices\": []}}",
        "{\"one\": [{\"index\": 0}]}",
        "{\"one\": [{\"of another version\": 0}]}",
        "\0\1\2"
      })
  void aDamagedFileIsAnEmptyCacheAndIsReplaced(String text) throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), text);
    EnumerationCache cache = EnumerationCache.read(file());
    assertThat(cache.get("one")).isEmpty();
    cache.put("two", FACTS);

    assertThat(EnumerationCache.read(file()).get("two")).hasValue(FACTS);
  }

  @Test
  void whereNothingCanBeWrittenAnswersLastAsLongAsTheProcess() throws IOException {
    Path inAFile = Files.writeString(folder.resolve("file"), "no folder").resolve("devices.json");
    EnumerationCache cache = EnumerationCache.read(inAFile);
    cache.put("one", FACTS);

    assertThat(cache.get("one")).hasValue(FACTS);
    assertThat(EnumerationCache.read(inAFile).get("one")).isEmpty();
  }
}
