package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.arc.ArcCheck;
import dev.squall.pipeline.arc.ArcFinding;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.build.Bundles;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.report.ArcText;
import dev.squall.profiles.DeviceProfiles;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compiles every bundle for Intel's GPUs with Intel's offline compiler. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Compile every kernel bundle with Intel's offline compiler for dg2, pvc, tgllp and adl-p, and"
          + " validate SPIR-V; then run the default line on every Intel GPU, or on its driver in"
          + " capture mode. A spill on dg2 by a kernel that such"
          + " a GPU is given (by its registers), an invalid module, one that does not compile or a stage"
          + " that the driver refuses is a failure (exit code 1).",
      ""
    })
final class ArcCheckCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print one JSON line a finding.")
  private boolean json;

  @Option(names = "--quiet", description = "Show no progress.")
  private boolean quiet;

  @Override
  public Integer call() {
    // Every part prints what it finds and tells whether all is well; a bad one stops no other.
    boolean good = bundlesCompile();
    good &= theLineIsAccepted();
    return good ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  private boolean bundlesCompile() {
    ArcCheck check =
        ArcCheck.of(
            System.getenv().getOrDefault("PATH", ""), UserFiles.cache().resolve("arc-check.json"));
    List<BundleStore> stores =
        Stream.of(BundleTarget.SPIRV, BundleTarget.OPENCL_GPU)
            .map(BundleStore::load)
            .filter(store -> !store.all().isEmpty())
            .toList();
    if (stores.isEmpty()) {
      throw SquallException.unsupported(
          "no kernel bundles for Intel GPUs; ./squall bundle build makes them");
    }
    List<ArcFinding> findings;
    try (Progress progress = new Progress(quiet || json)) {
      int registers = DeviceProfiles.shipped().byId("arc-a770").orElseThrow().registers();
      Map<String, Integer> wanted = Bundles.registers(BundleTarget.OPENCL_GPU);
      findings =
          check.run(
              stores,
              bundle -> wanted.getOrDefault(bundle.code() + "." + bundle.method(), 0) <= registers,
              progress::show);
    }
    System.out.print(json ? ArcText.jsonLines(findings) : ArcText.terminal(findings));
    return findings.stream().noneMatch(ArcFinding::bad);
  }

  /**
   * Runs the default line on every Intel GPU here, through each engine: a real one computes, the
   * driver in capture mode launches and records.
   */
  private boolean theLineIsAccepted() {
    boolean good = true;
    Machine machine = Machine.look(OptionalLong.empty());
    List<Device> gpus =
        machine.devices().found().stream()
            .filter(device -> device.profile().id().matches("arc-.*|iris-.*|max-.*"))
            .filter(device -> !device.engine().matches("tornado-(spirv|levelzero)"))
            .toList();
    if (gpus.isEmpty()) {
      System.out.println(
          "no Intel GPU and no driver in capture mode: ./squall setup arc-capture brings the driver");
    }
    for (Device gpu : gpus) {
      int code = Main.run("run", "--device", gpu.qualifiedId(), "--repeat", "0", "--quiet");
      System.out.println(
          "%s: the line is %s"
              .formatted(gpu.qualifiedId(), code == ExitCodes.GOOD ? "accepted" : "refused"));
      good &= code == ExitCodes.GOOD;
    }
    return good;
  }
}
