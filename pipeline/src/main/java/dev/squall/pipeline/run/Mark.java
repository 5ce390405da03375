package dev.squall.pipeline.run;

import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.plan.Candidate;
import java.util.Optional;

/**
 * Something that a device did in a run, along time.
 *
 * @param stage what it worked on, or opened for
 * @param start seconds from the recorder's begin
 * @param times where the time of a call went; empty for what is no call
 * @param failure why an attempt failed; empty where it did not
 */
public record Mark(
    Kind kind,
    String stage,
    Candidate candidate,
    double start,
    double end,
    Optional<Times> times,
    Optional<String> failure) {

  /** What was done. */
  public enum Kind {
    /** All that a candidate did for a stage; the kinds below lie within it, except a pass. */
    ATTEMPT("attempt"),
    /** Opening the device. */
    OPEN("open"),
    /** The first call, with compilation and cold caches. */
    FIRST("first run"),
    /** A call before times count. */
    WARM_UP("warm-up"),
    /** A call whose time counts. */
    TIMED("timed run"),
    /** Comparing a sample with the reference before another stage reads it. */
    CHECK("check"),
    /** The host's result for a device that only records. */
    STAND_IN("stand-in"),
    /** The stage's call when the whole line ran once more, everything warm. */
    PASS("pass"),
    /** All stages of the line as one, kept on their device; noted at the first of them. */
    AS_ONE("line as one");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public double seconds() {
    return end - start;
  }
}
