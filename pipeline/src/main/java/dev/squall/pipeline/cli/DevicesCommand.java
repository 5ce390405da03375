package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.pipeline.report.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
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
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double GIBIBYTE = 1L << 30;

  @Option(names = "--json", description = "Print one JSON line a device.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Machine machine = Machine.lookAgain();
    if (json) {
      for (Device device : machine.devices().found()) {
        System.out.println(JSON.writeValueAsString(found(device)));
      }
      for (MissingDevice device : machine.devices().missing()) {
        System.out.println(JSON.writeValueAsString(missing(device)));
      }
      return ExitCodes.GOOD;
    }
    TextTable table =
        new TextTable(
            "device", "engine", "kind", "name", ">memory GiB", ">fp32 GFLOP/s", ">GB/s", "rates");
    for (Device device : machine.devices().found()) {
      table.row(
          List.of(
              device.id(),
              device.engine(),
              device.profile().kind().key(),
              device.name(),
              String.format(Locale.ROOT, "%.1f", device.memoryBytes() / GIBIBYTE),
              rounded(scaled(device.profile().compute().fp32Teraflops(), 1000)),
              rounded(device.profile().memory().bandwidthGigabytesPerSecond()),
              machine.calibrated() ? "measured" : "assumed (./squall calibrate)"));
    }
    System.out.print(table.plain());
    for (MissingDevice device : machine.devices().missing()) {
      System.out.println(device.id() + " is missing: " + device.reason() + "; " + device.remedy());
    }
    return ExitCodes.GOOD;
  }

  private static ObjectNode found(Device device) {
    ObjectNode line = JSON.createObjectNode();
    line.put("device", device.id());
    line.put("engine", device.engine());
    line.put("kind", device.profile().kind().key());
    line.put("name", device.name());
    line.put("driver", device.driver());
    line.put("memory_bytes", device.memoryBytes());
    line.put("max_work_group", device.traits().maxWorkGroup());
    line.put("local_memory_bytes", device.traits().localMemoryBytes());
    line.put("fp16", device.traits().fp16());
    line.put("fp64", device.traits().fp64());
    line.put("found", true);
    return line;
  }

  private static ObjectNode missing(MissingDevice device) {
    ObjectNode line = JSON.createObjectNode();
    line.put("device", device.id());
    line.put("engine", device.engine());
    line.put("found", false);
    line.put("reason", device.reason());
    line.put("remedy", device.remedy());
    return line;
  }

  private static OptionalDouble scaled(OptionalDouble value, double factor) {
    return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
  }

  private static String rounded(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.0f", value.getAsDouble()) : "–";
  }
}
