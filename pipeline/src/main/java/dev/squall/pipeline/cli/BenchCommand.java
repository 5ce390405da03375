package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.pipeline.measure.Measurement;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.measure.RepeatedRun;
import dev.squall.pipeline.report.BenchRow;
import dev.squall.pipeline.report.BenchText;
import dev.squall.pipeline.report.RunParts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Times a kernel, with a verdict beside every time. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Time a kernel on made or given tensors: warm-up until stable, then at least 10 samples and"
          + " half a second, until the median is known to 0.5 %%. The host's multiply-add peak is"
          + " measured in the same run.",
      ""
    })
final class BenchCommand implements Callable<Integer> {
  private static final double REFERENCE_OPERATIONS = 6e8;

  @Parameters(paramLabel = "KERNEL", description = "The kernel; see squall kernel list.")
  private String id;

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "NAME=N",
      description = "Extents of made inputs, e.g. L=4096,D=64,H=8.")
  private Map<String, Long> extents = new LinkedHashMap<>();

  @Option(
      names = "--in",
      paramLabel = "PORT=FILE.npy",
      description = "Tensors to use instead of made ones; all inputs or none.")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  @Option(names = "--param", paramLabel = "NAME=VALUE", description = "Parameters.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(names = "--density", description = "Share of blocks that a made mask keeps (0.25).")
  private double density = 0.25;

  @Option(names = "--device", description = "Device (host).")
  private String device = "host";

  @Option(
      names = "--variant",
      split = ",",
      description = "Variants, or all; default: the first that supports the sizes.")
  private List<String> variants = List.of();

  @Option(names = "--seed", description = "Seed of made tensors (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "Longest sampling of one variant (${DEFAULT-VALUE}).")
  private double limitSeconds = 15;

  @Option(names = "--json", description = "Print one JSON line a variant, with all samples.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    Ranges.requirePositive("--limit", limitSeconds);
    Kernel kernel = KernelCatalog.load().kernel(id);
    Machine machine = Machine.look(OptionalLong.empty());
    Device chosen = machine.devices().select(device).getFirst();
    Call call = Call.of(kernel, tensors(kernel), parameters);
    List<BenchRow> rows = new ArrayList<>();
    try (Progress progress = new Progress(false);
        DeviceSession session = machine.devices().open(chosen)) {
      HostCeilings ceilings = new HostCeilings(HostThreads.all(), progress::show);
      double peak = ceilings.quickFmaPeak().allThreads();
      for (Variant variant : variants(kernel, call, chosen)) {
        progress.show("timing " + variant.name());
        RunParts parts = new RunParts();
        Measurement measurement =
            RepeatedRun.standard()
                .withLimit(limitSeconds)
                .measure(() -> parts.add(session.run(kernel, variant, call)));
        // A ceiling is a maximum: a disturbed moment must not lower it.
        peak = Math.max(peak, ceilings.quickFmaPeak().allThreads());
        progress.show("verifying " + variant.name());
        Comparison comparison =
            new Verifier(REFERENCE_OPERATIONS, seed, HostThreads.all())
                .verify(kernel, call, chosen.engine(), variant.precision());
        rows.add(BenchRow.of(kernel, variant, chosen, call, measurement, parts, comparison, peak));
        call.outputs().values().forEach(Tensor::poison);
      }
    }
    System.out.print(json ? BenchText.jsonLines(rows) : BenchText.terminal(rows));
    return rows.stream().allMatch(BenchRow::passed) ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  private Map<String, Tensor> tensors(Kernel kernel) {
    if (inputs.isEmpty()) {
      return new RandomInputs(seed, density).generate(kernel.signature(), extents, parameters);
    }
    return PortFiles.read(kernel, inputs);
  }

  private List<Variant> variants(Kernel kernel, Call call, Device device) {
    if (variants.isEmpty() || variants.equals(List.of("all"))) {
      List<Variant> able =
          kernel.variants().stream()
              .filter(variant -> variant.supports(call.sizes(), device.traits()).supported())
              .toList();
      return variants.isEmpty() ? able.subList(0, 1) : able;
    }
    List<Variant> asked = new ArrayList<>();
    for (String name : variants) {
      Variant variant = kernel.variant(name);
      Support support = variant.supports(call.sizes(), device.traits());
      if (!support.supported()) {
        throw SquallException.unsupported(
            "%s: %s on %s refused: %s"
                .formatted(id, name, device.id(), support.refusal().orElseThrow()));
      }
      asked.add(variant);
    }
    return asked;
  }
}
