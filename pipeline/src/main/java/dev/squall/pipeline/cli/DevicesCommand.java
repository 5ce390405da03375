package dev.squall.pipeline.cli;

import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.report.DevicesText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the devices of all engines, and for what is missing, why. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = {
      "List the devices of all engines; for what is missing, why and what brings it.",
      ""
    })
final class DevicesCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print one JSON line a device and engine.")
  private boolean json;

  @Override
  public Integer call() {
    Machine machine = Machine.lookAgain();
    Devices devices = machine.devices();
    if (json) {
      System.out.print(DevicesText.jsonLines(devices.found(), devices.missing()));
      return ExitCodes.GOOD;
    }
    System.out.print(DevicesText.terminal(devices.found(), devices.missing()));
    if (!machine.calibrated()) {
      System.out.println("\nThe host's rates are assumed; ./squall calibrate measures them.");
    }
    return ExitCodes.GOOD;
  }
}
