package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.frontier.task.Task;

/**
 * One cell of a sweep: one exercise by one method.
 *
 * @param length tokens that the exercise was made for
 * @param sample number of the exercise
 */
public record CellKey(Setting setting, Task task, int length, int sample) {}
