package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.report.SeedText;
import dev.squall.pipeline.seedlm.CompressedModel;
import dev.squall.pipeline.seedlm.CompressedTensor;
import dev.squall.pipeline.seedlm.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a compressed model holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Show the tensors of a compressed model with their errors, and how exponents are spread.",
      ""
    })
final class SeedlmInspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The compressed model.")
  private Path file;

  @Option(
      names = "--against",
      paramLabel = "MODEL",
      description = "The model it was made from: errors are computed again, block by block.")
  private Path against;

  @Override
  public Integer call() {
    CompressedModel model = CompressedModel.read(file);
    System.out.print(SeedText.table(model));
    System.out.println();
    System.out.print(SeedText.exponents(model));
    if (against != null) {
      System.out.println();
      System.out.print(SeedText.blockErrors(blockErrors(model, Weights.open(against))));
    }
    return ExitCodes.GOOD;
  }

  private List<double[]> blockErrors(CompressedModel model, Weights weights) {
    List<double[]> errors = new ArrayList<>();
    for (Map.Entry<String, CompressedTensor> entry : model.compressed().entrySet()) {
      Tensor original = weights.tensors().get(entry.getKey());
      if (original == null) {
        throw SquallException.invalidInput(
            "%s: no tensor %s, which %s holds".formatted(against, entry.getKey(), file));
      }
      errors.add(entry.getValue().seeds().blockErrors(original, HostThreads.all()));
    }
    return errors;
  }
}
