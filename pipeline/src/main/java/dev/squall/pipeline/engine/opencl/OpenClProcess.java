package dev.squall.pipeline.engine.opencl;

import dev.squall.pipeline.engine.remote.DeviceServer;
import java.io.IOException;
import java.nio.file.Path;

/** The process of an OpenCL device. */
public final class OpenClProcess {
  private OpenClProcess() {}

  /**
   * @param arguments socket, engine name, the user's cache folder
   */
  public static void main(String[] arguments) throws IOException {
    DeviceServer.serve(
        arguments[0],
        new OpenClBackend(arguments[1].equals(OpenClEngines.SPIRV_NAME), Path.of(arguments[2])));
  }
}
