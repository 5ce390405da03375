package dev.squall.pipeline.cluster;

/**
 * What a task's command said.
 *
 * @param exitCode of the command
 * @param output its stdout
 * @param errors its stderr
 * @param worker the machine that it ran on
 */
public record ClusterAnswer(
    String key, int exitCode, String output, String errors, String worker) {}
