package dev.squall.pipeline.cli;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.modm.sim.Embeddings;
import dev.squall.pipeline.modm.sim.Trace;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Embeds the prompts of a trace once, for many simulations. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = {
      "Write the embeddings of a trace's prompts, to be given to squall modm simulate with"
          + " --embeddings.",
      ""
    })
final class ModmEmbedCommand implements Callable<Integer> {
  @Mixin private ModmSource source;

  @Option(names = "--out", paramLabel = "FILE.npy", required = true, description = "The file.")
  private Path out;

  @Override
  public Integer call() {
    Trace trace = source.trace();
    Embeddings embeddings = source.embedder().embed(trace.prompts());
    NpyFile.write(out, Tensor.of(embeddings.values(), embeddings.count(), embeddings.width()));
    System.out.printf(
        "%d × %d (%s; %s) in %s%n",
        embeddings.count(), embeddings.width(), trace.origin(), embeddings.label(), out);
    return ExitCodes.GOOD;
  }
}
