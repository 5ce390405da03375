package dev.squall.pipeline.modm.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceCsvTest {
  @TempDir private Path folder;

  @Test
  void columnsInAnyOrderQuotesAndLineEnds() {
    Trace trace =
        TraceCsv.parse(
            "t",
            "user,prompt,Time\r\n7,\"a \"\"red\"\" fox, running\",0\r\n"
                + "8,\"two\nlines\",1.5\n\n9,plain,1.5");
    assertThat(trace.times()).containsExactly(0.0, 1.5, 1.5);
    assertThat(trace.prompts()).containsExactly("a \"red\" fox, running", "two\nlines", "plain");
  }

  @Test
  void whatIsWrittenIsRead() {
    Trace made = TraceMaker.synthetic(TraceMaker.Kind.MJHQ, 3).make(50);
    Path file = folder.resolve("trace.csv");
    TraceCsv.write(file, made);
    Trace read = TraceCsv.read(file);
    assertThat(read.prompts()).isEqualTo(made.prompts());
    assertThat(read.times()).isEqualTo(made.times());
  }

  @Test
  void faultsNameLineAndColumn() throws IOException {
    fault("prompt\nfox\n", "line 1, column 1: no column named time in the head");
    fault("time,prompt\n", "line 2, column 1: no requests behind the head");
    fault("time,prompt\n0,fox\nx,fox\n", "line 3, column 1: time 'x' is no number");
    fault("prompt,time\nfox,0\nfox,-1\n", "line 3, column 5: time -1: expected seconds from 0");
    fault("time,prompt\n5,fox\n4,fox\n", "line 3, column 1: time 4.0 falls behind 5.0");
    fault("time,prompt\n5,fox,more\n", "line 2, column 7: 3 fields, the head has 2");
    fault("time,prompt\n5\n", "line 2, column 1: 1 fields, the head has 2");
    fault("time,prompt\n5,\"fox\n", "line 2, column 3: a quote that is never closed");
    fault("time,prompt\n5,fo\"x\n", "line 2, column 5: a quote within a field");
    fault("time,prompt\n5,\"fox\"x\n", "line 2, column 8: expected a comma or the end of the line");
    fault("time,prompt\n5, \n", "line 2, column 3: the prompt is empty");
    fault("time,prompt\nNaN,fox\n", "line 2, column 1: time NaN: expected seconds from 0");
    fault("time,prompt\n0,\"a\nb\"\n1e,fox\n", "line 4, column 1: time '1e' is no number");
    Path bytes = folder.resolve("bytes.csv");
    Files.write(bytes, new byte[] {'t', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> TraceCsv.read(bytes)).hasMessage(bytes + ": not UTF-8 text");
    assertThatThrownBy(() -> TraceCsv.read(folder.resolve("none.csv")))
        .hasMessageEndingWith("none.csv: there is no such file");
  }

  private static void fault(String text, String message) {
    assertThatThrownBy(() -> TraceCsv.parse("t.csv", text))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageStartingWith("t.csv: " + message);
  }
}
