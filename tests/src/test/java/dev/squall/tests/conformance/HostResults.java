package dev.squall.tests.conformance;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Prints, for each case by the host's vector variant, a checksum of what it computes. */
final class HostResults {
  private HostResults() {}

  /**
   * @param arguments how often each is run; the last time counts
   */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    KernelCatalog catalog = KernelCatalog.load();
    try (ConformanceDevices devices = new ConformanceDevices()) {
      Device host = devices.select("host").getFirst();
      for (ConformanceCase one : ConformanceCases.all()) {
        Kernel kernel = catalog.kernel(one.kernel());
        Call call = CaseInputs.call(kernel, one);
        for (Variant variant : kernel.variants()) {
          if (variant.name().equals("simd")
              && devices.supports(host, variant, call.sizes()).supported()) {
            Trial trial = new Trial(one, kernel, host, variant);
            for (int round = 0; round < rounds; round++) {
              call = trial.run(devices);
            }
            System.out.println(trial + ": " + checksum(kernel, call));
          }
        }
      }
    }
  }

  private static String checksum(Kernel kernel, Call call) {
    CRC32C sum = new CRC32C();
    for (Port port : kernel.signature().outputs()) {
      ByteBuffer bytes = call.outputs().get(port.name()).data().asByteBuffer();
      sum.update(bytes);
    }
    return Long.toHexString(sum.getValue());
  }
}
