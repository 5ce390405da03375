package dev.squall.pipeline.engine.levelzero;

import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.engine.remote.DeviceServer;
import java.io.IOException;
import java.nio.file.Path;

/** The process of a Level Zero device. */
public final class LevelZeroProcess {
  private LevelZeroProcess() {}

  /**
   * @param arguments socket, Level Zero's loader, folder of built programs
   */
  public static void main(String[] arguments) throws IOException {
    DeviceServer.serve(
        arguments[0],
        new LevelZeroBackend(Path.of(arguments[1]), new BinaryFolder(Path.of(arguments[2]))));
  }
}
