package dev.squall.spark;

import java.io.Serializable;
import java.util.List;

/**
 * A command that an executor runs.
 *
 * @param key what its answer is known by
 * @param directory that it runs in
 * @param words the launcher and its arguments
 */
record CommandTask(String key, String directory, List<String> words) implements Serializable {}
