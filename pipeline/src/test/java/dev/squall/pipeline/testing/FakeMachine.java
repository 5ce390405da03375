package dev.squall.pipeline.testing;

import dev.squall.pipeline.stack.Gpus;
import dev.squall.pipeline.stack.Libraries;
import dev.squall.pipeline.stack.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A machine's files in a temporary folder, for the search and the setup of driver stacks. */
public final class FakeMachine {
  public final Path root;
  public final Map<String, String> environment = new LinkedHashMap<>();
  public String platform = "Linux amd64";

  public FakeMachine(Path root) {
    this.root = root;
  }

  public Path cache() {
    return root.resolve("cache");
  }

  public Path vendors() {
    return root.resolve("vendors");
  }

  public Path libraries() {
    return root.resolve("lib");
  }

  public Surroundings surroundings() {
    return new Surroundings(
        cache(),
        vendors(),
        Map.copyOf(environment),
        new Libraries(List.of(libraries())),
        root.resolve("jdk"),
        new Gpus(root.resolve("dev"), root.resolve("drm")),
        platform);
  }

  /** A library in the folder where the loader finds libraries by name. */
  public Path library(String name) {
    return write(libraries().resolve(name), "driver " + name);
  }

  /** A registration for the whole machine. */
  public Path register(String stem, String line) {
    return write(vendors().resolve(stem + ".icd"), line + "\n");
  }

  /** A stack in the cache with a driver of its own, as setup leaves it. */
  public Path setUp(String name, String driver) {
    Path stack = cache().resolve("stacks").resolve(name);
    Path library = write(stack.resolve("packages/lib").resolve(driver), "driver " + driver);
    write(stack.resolve("vendors").resolve(name + ".icd"), library + "\n");
    return library;
  }

  public static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
