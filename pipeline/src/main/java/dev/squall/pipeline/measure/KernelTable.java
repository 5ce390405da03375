package dev.squall.pipeline.measure;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Values by name, some for one kernel or one kernel family alone.
 *
 * @param byName keys such as {@code x}, {@code mamba.x}, {@code mamba.conv1d.x}: the longest wins
 */
record KernelTable<T>(Map<String, T> byName) {

  Optional<T> find(String kernel, String name) {
    String family = kernel.substring(0, Math.max(0, kernel.lastIndexOf('.')));
    return Stream.of(kernel + "." + name, family + "." + name, name)
        .filter(byName::containsKey)
        .findFirst()
        .map(byName::get);
  }
}
