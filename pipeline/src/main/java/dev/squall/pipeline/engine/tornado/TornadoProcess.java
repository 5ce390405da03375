package dev.squall.pipeline.engine.tornado;

import dev.squall.pipeline.engine.remote.DeviceServer;
import java.io.IOException;

/** The process of a device that live TornadoVM drives. */
public final class TornadoProcess {
  private TornadoProcess() {}

  /**
   * @param arguments the parent's socket
   */
  public static void main(String[] arguments) throws IOException {
    DeviceServer.serve(arguments[0], new TornadoBackendDevices());
  }
}
