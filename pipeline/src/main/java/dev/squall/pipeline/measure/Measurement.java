package dev.squall.pipeline.measure;

/**
 * How long a piece of code takes.
 *
 * @param coldSeconds the first run, which loads and compiles
 * @param warmUpRuns runs after the first that no sample counts
 * @param warm whether the warm-up ended because the time was stable, not because it took too long
 * @param samples the runs that count
 * @param quiet whether there are as many samples as asked for and the median met the noise limit
 */
public record Measurement(
    double coldSeconds, int warmUpRuns, boolean warm, Samples samples, boolean quiet) {}
