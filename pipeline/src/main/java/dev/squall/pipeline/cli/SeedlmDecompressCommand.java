package dev.squall.pipeline.cli;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.io.SafetensorsWriter;
import dev.squall.pipeline.seedlm.CompressedModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an ordinary model of a compressed one. */
@Command(
    name = "decompress",
    mixinStandardHelpOptions = true,
    description = {
      "Write a compressed model as ordinary .safetensors, every checksum checked.",
      ""
    })
final class SeedlmDecompressCommand implements Callable<Integer> {
  @Parameters(paramLabel = "IN", description = "The compressed model.")
  private Path in;

  @Option(names = "--out", required = true, description = "The .safetensors file to write.")
  private Path out;

  @Override
  public Integer call() {
    CompressedModel model = CompressedModel.read(in);
    SafetensorsWriter.write(out, model.decompress(HostThreads.all()), model.notes());
    return ExitCodes.GOOD;
  }
}
