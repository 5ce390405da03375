package dev.squall.pipeline.engine.tornado;

import dev.squall.pipeline.engine.remote.DeviceServer;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import dev.squall.pipeline.fpga.build.BitstreamCompiler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The process of a device that live TornadoVM drives. */
public final class TornadoProcess {
  private TornadoProcess() {}

  /**
   * @param arguments the parent's socket; for FPGAs also the user's cache folder
   */
  public static void main(String[] arguments) throws IOException {
    Optional<FpgaWorkplace> fpga =
        arguments.length > 1
            ? Optional.of(FpgaWorkplace.open(Path.of(arguments[1]), compiler(arguments[1])))
            : Optional.empty();
    // TornadoVM's classes, which read this, are loaded later.
    fpga.ifPresent(
        workplace ->
            System.setProperty(FpgaWorkplace.PROPERTY, workplace.configuration().toString()));
    DeviceServer.serve(arguments[0], new TornadoBackendDevices(fpga));
  }

  private static List<String> compiler(String cache) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        BitstreamCompiler.class.getName(),
        cache);
  }
}
