package dev.squall.pipeline.run;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A stage in a flight recording: {@code -XX:StartFlightRecording} needs no more to see it. */
@Name("dev.squall.Stage")
@Label("Stage")
@Category("Squall")
@Description("What a candidate did for a stage: from opening its device to the last timed call")
@StackTrace(false)
final class StageEvent extends Event {
  @Label("Line")
  String line;

  @Label("Stage")
  String stage;

  @Label("Kernel")
  String kernel;

  @Label("Variant")
  String variant;

  @Label("Device")
  String device;

  @Label("Verdict")
  @Description("Of the comparison with the reference, or the class of the error")
  String verdict;

  @Label("Timed Runs")
  int runs;

  @Label("First Run")
  @Timespan(Timespan.NANOSECONDS)
  long first;

  @Label("Median Run")
  @Description("Median of the runs after the first")
  @Timespan(Timespan.NANOSECONDS)
  long median;

  @Label("Compilation")
  @Description("Of the first run")
  @Timespan(Timespan.NANOSECONDS)
  long compile;

  @Label("Copy In")
  @Description("Of the first run")
  @Timespan(Timespan.NANOSECONDS)
  long copyIn;

  @Label("Kernels")
  @Description("Median of the kernels' own time")
  @Timespan(Timespan.NANOSECONDS)
  long compute;

  @Label("Copy Out")
  @Description("Median")
  @Timespan(Timespan.NANOSECONDS)
  long copyOut;

  @Label("Bytes Sent")
  @DataAmount
  long sentBytes;

  void describe(Timing timing) {
    runs = timing.samples().size();
    first = nanoseconds(timing.first());
    median = nanoseconds(timing.median());
    sentBytes = timing.sentBytes();
    if (!timing.parts().isEmpty()) {
      compile = nanoseconds(timing.parts().getFirst().compile());
      copyIn = nanoseconds(timing.parts().getFirst().copyIn());
      compute =
          nanoseconds(Timing.median(timing.parts().stream().map(part -> part.compute()).toList()));
      copyOut =
          nanoseconds(Timing.median(timing.parts().stream().map(part -> part.copyOut()).toList()));
    }
  }

  private static long nanoseconds(double seconds) {
    return Math.round(seconds * 1e9);
  }
}
