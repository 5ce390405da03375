package dev.squall.pipeline.engine.tornado;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * An installed TornadoVM.
 *
 * @param home its folder
 * @param backends {@code opencl}, {@code spirv}, {@code ptx}, {@code cuda}: those whose drivers it
 *     holds
 * @param version for example {@code 5.2.0-jdk25}
 */
public record TornadoSdk(Path home, Set<String> backends, String version) {
  /** Names one or more SDK folders, separated like a path. */
  public static final String VARIABLE = "TORNADOVM_HOME";

  private static final Path SEARCHED = Path.of("/opt/tornadovm");
  private static final String DRIVER_JAR = "tornado-drivers-";
  private static final String API_JAR = "tornado-api-";

  public TornadoSdk {
    backends = Set.copyOf(backends);
  }

  /** The SDKs that {@code TORNADOVM_HOME} lists; if it is not set, those under /opt/tornadovm. */
  public static List<TornadoSdk> find(Map<String, String> environment) {
    String homes = environment.getOrDefault(VARIABLE, "");
    List<Path> folders = new ArrayList<>();
    if (!homes.isBlank()) {
      for (String home : homes.split(java.io.File.pathSeparator)) {
        folders.add(Path.of(home));
      }
    } else if (Files.isDirectory(SEARCHED)) {
      folders.add(SEARCHED);
      try (Stream<Path> children = Files.list(SEARCHED)) {
        children.sorted().forEach(folders::add);
      } catch (IOException e) {
        // Nothing to find there.
      }
    }
    return folders.stream().flatMap(folder -> read(folder).stream()).toList();
  }

  /** The SDK in a folder, if there is one. */
  static Optional<TornadoSdk> read(Path home) {
    Path jars = home.resolve("share/java/tornado");
    if (!Files.isDirectory(jars)
        || !(Files.isRegularFile(argumentFile(home)) || Files.isRegularFile(template(home)))) {
      return Optional.empty();
    }
    Set<String> backends = new TreeSet<>();
    String version = "";
    try (Stream<Path> files = Files.list(jars)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(API_JAR)) {
          version = name.substring(API_JAR.length()).replace(".jar", "");
        } else if (name.startsWith(DRIVER_JAR)) {
          Stream.of("opencl", "spirv", "ptx", "cuda")
              .filter(
                  backend -> name.startsWith(DRIVER_JAR + backend + "-") && !name.contains("jni"))
              .forEach(backends::add);
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    // The SPIR-V driver needs the OpenCL driver's classes, and then comes first.
    if (backends.contains("spirv")) {
      backends.remove("opencl");
    }
    return Optional.of(new TornadoSdk(home, backends, version));
  }

  static Path argumentFile(Path home) {
    return home.resolve("tornado-argfile");
  }

  private static Path template(Path home) {
    return home.resolve("tornado-argfile.template");
  }

  /**
   * The JVM arguments of the SDK for its present place, one a line; {@code @file} reads them.
   *
   * @throws IOException if it cannot be read
   */
  List<String> arguments() throws IOException {
    Path template = template(home);
    String text =
        Files.isRegularFile(template)
            ? Files.readString(template).replace("${" + VARIABLE + "}", home.toString())
            : Files.readString(argumentFile(home));
    return text.lines().toList();
  }
}
