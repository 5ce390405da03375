package dev.squall.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineJournalTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("lines.jsonl");
  }

  private LineJournal open() throws IOException {
    return LineJournal.open(file, "test", LineJournal::channel);
  }

  @Test
  void linesAreOnTheDiskAtOnce() throws IOException {
    try (LineJournal journal = open()) {
      journal.append("one\n");
      assertThat(file).hasContent("one");
      journal.append("zwölf\n");
      assertThat(Files.readAllLines(file)).containsExactly("one", "zwölf");
    }
  }

  @Test
  void halfALineIsCutOffAndTheNextBeginsThere() throws IOException {
    Files.writeString(file, "one\ntwo\nthr");
    List<String> lines = new ArrayList<>();
    try (LineJournal journal = open()) {
      long end =
          LineJournal.wholeLines(
              Files.readAllBytes(file), (number, line) -> lines.add(number + line));
      assertThat(end).isEqualTo(8);
      journal.continueAt(end);
      journal.append("four\n");
    }
    assertThat(lines).containsExactly("1one", "2two");
    assertThat(Files.readAllLines(file)).containsExactly("one", "two", "four");
  }

  @Test
  void aFullDiskLeavesWholeLines() throws IOException {
    try (LineJournal journal = LineJournal.open(file, "test", path -> new FullDisk(path, 10))) {
      journal.append("one\n");
      assertThatIOException()
          .isThrownBy(() -> journal.append("much too long\n"))
          .withMessageContaining("No space left");
      assertThat(Files.readString(file)).isEqualTo("one\n");
      journal.append("two\n");
    }
    assertThat(Files.readAllLines(file)).containsExactly("one", "two");
  }

  @Test
  void oneProcessWritesAtATime() throws IOException {
    try (LineJournal first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              SquallException.class,
              e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
          .hasMessageContaining("another test writes there");
      first.append("one\n");
    }
    open().close();
    assertThat(Files.readAllBytes(file)).isEqualTo("one\n".getBytes(StandardCharsets.UTF_8));
  }
}
