package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.arc.ArcCheck;
import dev.squall.pipeline.arc.ArcFinding;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.report.ArcText;
import java.util.List;
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
          + " validate SPIR-V. A spill on dg2, an invalid module or one that does not compile is a"
          + " failure (exit code 1).",
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
    return good ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  private boolean bundlesCompile() {
    ArcCheck check = ArcCheck.of(System.getenv().getOrDefault("PATH", ""));
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
      findings = check.run(stores, progress::show);
    }
    System.out.print(json ? ArcText.jsonLines(findings) : ArcText.terminal(findings));
    return findings.stream().noneMatch(ArcFinding::bad);
  }
}
