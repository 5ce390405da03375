package dev.squall.kernels.spec;

/** A figure that a kernel reports beside its outputs, for example {@code density = 0.27}. */
public record Metric(String name, double value) {}
