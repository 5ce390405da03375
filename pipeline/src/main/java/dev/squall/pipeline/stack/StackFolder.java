package dev.squall.pipeline.stack;

import java.nio.file.Path;

/**
 * Where {@code ./squall setup} keeps a stack in the user's cache.
 *
 * <pre>
 * stacks/NAME/vendors/NAME.icd   the driver's full path
 * stacks/NAME/packages/lib/…     what pip brought, where it brought something
 * stacks/NAME/installed.json     the packages it was made of
 * </pre>
 *
 * @param path {@code stacks/NAME}
 */
public record StackFolder(Path path) {
  /** The folder of all stacks. */
  public static Path all(Path cache) {
    return cache.toAbsolutePath().resolve("stacks");
  }

  public static StackFolder of(Path cache, String stackName) {
    return new StackFolder(all(cache).resolve(stackName));
  }

  public String stackName() {
    return path.getFileName().toString();
  }

  public Path vendors() {
    return path.resolve("vendors");
  }

  public Path icd() {
    return vendors().resolve(stackName() + IcdFile.SUFFIX);
  }

  public Path packages() {
    return path.resolve("packages");
  }

  public Path libraries() {
    return packages().resolve("lib");
  }

  public Path note() {
    return path.resolve("installed.json");
  }
}
