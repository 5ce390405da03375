package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.testing.DoublingKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A program that waits for a device whose call never ends. */
final class HangingParent {
  /** Printed when the device is open, before the call. */
  static final String READY = "calling";

  private HangingParent() {}

  /**
   * @param arguments a folder for files
   */
  public static void main(String[] arguments) throws IOException {
    ProcessLaunch launch = new FaultyLaunches(Path.of(arguments[0])).launch(Fault.HANGS_IN_A_CALL);
    var session = RemoteEngine.open(launch, 0, 1 << 20, FaultyLaunches.patient());
    Kernel kernel = new DoublingKernel();
    Call call = Call.of(kernel, Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
    System.out.println(READY);
    session.run(kernel, kernel.variant("tiles"), call);
  }
}
