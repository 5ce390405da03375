package dev.squall.pipeline.modm.serve;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** Counters, gauges and latencies in Prometheus's text format. */
final class Metrics {
  /** Upper bounds of the buckets of a latency, in seconds. */
  private static final double[] BOUNDS = {
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 240, 600
  };

  private final Map<String, String> help = new TreeMap<>();
  private final Map<String, LongAdder> counters = new ConcurrentSkipListMap<>();
  private final Map<String, DoubleSupplier> gauges = new ConcurrentSkipListMap<>();
  private final Map<String, Latency> latencies = new ConcurrentSkipListMap<>();

  /** A histogram of seconds. */
  private static final class Latency {
    private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.length + 1);
    private final LongAdder nanos = new LongAdder();

    private void add(double seconds) {
      int bucket = 0;
      while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
        bucket++;
      }
      buckets.incrementAndGet(bucket);
      nanos.add((long) (seconds * 1e9));
    }
  }

  /** States what a counter counts; it begins at zero. */
  void counter(String name, String what) {
    help.put(name, what);
    counters.put(name, new LongAdder());
  }

  void gauge(String name, String what, DoubleSupplier value) {
    help.put(name, what);
    gauges.put(name, value);
  }

  void latency(String name, String what) {
    help.put(name, what);
    latencies.put(name, new Latency());
  }

  void count(String name) {
    counters.get(name).increment();
  }

  long counted(String name) {
    return counters.get(name).sum();
  }

  void observe(String name, double seconds) {
    latencies.get(name).add(seconds);
  }

  String text() {
    StringBuilder text = new StringBuilder();
    counters.forEach(
        (name, value) -> {
          head(text, name, "counter");
          text.append(name).append(' ').append(value.sum()).append('\n');
        });
    gauges.forEach(
        (name, value) -> {
          head(text, name, "gauge");
          text.append(name).append(' ').append(number(value.getAsDouble())).append('\n');
        });
    latencies.forEach((name, value) -> histogram(text, name, value));
    return text.toString();
  }

  private void histogram(StringBuilder text, String name, Latency latency) {
    head(text, name, "histogram");
    long sum = 0;
    for (int i = 0; i <= BOUNDS.length; i++) {
      sum += latency.buckets.get(i);
      String bound = i == BOUNDS.length ? "+Inf" : number(BOUNDS[i]);
      text.append("%s_bucket{le=\"%s\"} %d%n".formatted(name, bound, sum).replace("\r", ""));
    }
    text.append(name).append("_sum ").append(number(latency.nanos.sum() * 1e-9)).append('\n');
    text.append(name).append("_count ").append(sum).append('\n');
  }

  private void head(StringBuilder text, String name, String type) {
    text.append("# HELP ").append(name).append(' ').append(help.get(name)).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.9g", value);
  }
}
