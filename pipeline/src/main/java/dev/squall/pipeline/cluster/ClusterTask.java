package dev.squall.pipeline.cluster;

import java.util.List;

/**
 * One command of Squall's that some worker of a cluster is to run.
 *
 * @param key what the answer is known by, unique in its job
 * @param arguments of {@code ./squall}; files in them are found by every worker
 * @param resource what the worker must have free beside processor cores, {@code gpu} or {@code
 *     fpga}; empty for nothing
 */
public record ClusterTask(String key, List<String> arguments, String resource) {
  public ClusterTask {
    arguments = List.copyOf(arguments);
  }
}
