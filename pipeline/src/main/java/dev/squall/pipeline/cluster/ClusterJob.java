package dev.squall.pipeline.cluster;

import java.util.List;

/**
 * What the cluster's side is handed, as JSON.
 *
 * @param command the launcher, at the same path on every worker
 * @param directory that commands run in, so that relative paths mean what they mean here
 * @param cores processor cores of a worker that a task takes
 */
record ClusterJob(String command, String directory, int cores, List<ClusterTask> tasks) {}
