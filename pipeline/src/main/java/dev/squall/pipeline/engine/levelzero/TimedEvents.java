package dev.squall.pipeline.engine.levelzero;

import java.util.ArrayList;
import java.util.List;

/** Events of commands of one sort, whose times are added up once the commands have run. */
final class TimedEvents {
  private final EventPool pool;
  private final List<Long> events = new ArrayList<>();

  TimedEvents(EventPool pool) {
    this.pool = pool;
  }

  /** An event for one more command. */
  long next() {
    long event = pool.take();
    events.add(event);
    return event;
  }

  /** Seconds of all commands, summed; gives the events back. */
  double takeSeconds() {
    double seconds = 0;
    for (long event : events) {
      seconds += pool.secondsOf(event);
    }
    events.clear();
    return seconds;
  }
}
