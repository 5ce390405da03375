package dev.squall.pipeline.engine.levelzero;

import dev.squall.pipeline.engine.Copies;

/** Copies of one direction in one run: how many, and the time that they took. */
final class Copying {
  private final TimedEvents events;
  private double hostSeconds;
  private Copies copies = Copies.NONE;

  Copying(EventPool pool) {
    this.events = new TimedEvents(pool);
  }

  /** For commands that copy, which the device times. */
  TimedEvents events() {
    return events;
  }

  /** Adds time that the host spent on copying itself since {@code start}. */
  void byHostSince(long start) {
    hostSeconds += (System.nanoTime() - start) * 1e-9;
  }

  void countIn(long bytes) {
    copies = copies.plusIn(bytes);
  }

  void countOut(long bytes) {
    copies = copies.plusOut(bytes);
  }

  Copies copies() {
    return copies;
  }

  /** All seconds, once the commands have run; gives the events back. */
  double takeSeconds() {
    return hostSeconds + events.takeSeconds();
  }
}
