package dev.squall.pipeline.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * All that the search for stacks looks at.
 *
 * @param cache the user's cache folder
 * @param systemVendors where drivers of the whole machine register
 * @param environment variables of this process
 * @param libraries where libraries are found by name
 * @param javaHome home of the JVM that children run on
 * @param deviceFolders whose entries come and go with GPUs
 * @param platform operating system and processor, for example {@code Linux amd64}
 */
record Surroundings(
    Path cache,
    Path systemVendors,
    Map<String, String> environment,
    Libraries libraries,
    Path javaHome,
    List<Path> deviceFolders,
    String platform) {
  private static final Path VENDORS = Path.of("/etc/OpenCL/vendors");

  static Surroundings ofThisMachine(Path cache) {
    Map<String, String> environment = System.getenv();
    return new Surroundings(
        cache.toAbsolutePath(),
        VENDORS,
        environment,
        Libraries.ofThisMachine(environment),
        Path.of(System.getProperty("java.home")),
        List.of(Path.of("/dev/dri"), Path.of("/dev/nvidia-caps")),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  boolean linux() {
    return platform.startsWith("Linux ");
  }

  /** Whether there are packages of {@code stack} for this machine. */
  boolean canHave(KnownStack stack) {
    return stack == KnownStack.POCL ? linux() : platform.equals("Linux amd64");
  }
}
