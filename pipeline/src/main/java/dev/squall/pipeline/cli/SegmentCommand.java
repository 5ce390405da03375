package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.mamba.Segmenter;
import dev.squall.pipeline.model.mamba.TypesegPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Labels the content types of a text with a bidirectional Mamba. */
@Command(
    name = "segment",
    mixinStandardHelpOptions = true,
    description = {
      "Label every byte of a text with one of 35 content types (typeseg 0.2.7, a bidirectional"
          + " Mamba of 1.36 million parameters) and print the segments.",
      ""
    })
final class SegmentCommand implements Callable<Integer> {
  /** Characters of a segment that are shown. */
  private static final int SHOWN = 48;

  private static final long LARGEST = 64L << 20;

  @Parameters(paramLabel = "FILE", description = "The text.")
  private Path file;

  @Option(
      names = "--logits",
      paramLabel = "OUT.npy",
      description = "Write the logits, f32[bytes, 35].")
  private Path logitsFile;

  @Option(names = "--fetch", description = "Download the model first if it is not here (pip).")
  private boolean fetch;

  @Override
  public Integer call() {
    byte[] text = read(file);
    Path models = UserFiles.cache().resolve("models");
    Path weights = fetch ? TypesegPackage.fetch(models) : TypesegPackage.require(models);
    Tensor logits = Segmenter.open(weights, HostThreads.all()).logits(text);
    if (logitsFile != null) {
      NpyFile.write(logitsFile, logits);
    }
    for (Segmenter.Segment segment : Segmenter.segments(logits)) {
      System.out.printf(
          Locale.ROOT,
          "%8d %8d  %-22s %.2f  %s%n",
          segment.from(),
          segment.to(),
          segment.type(),
          segment.confidence(),
          shown(text, segment));
    }
    return ExitCodes.GOOD;
  }

  private static byte[] read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw SquallException.invalidInput(file + ": no such file");
      }
      if (Files.size(file) > LARGEST) {
        throw SquallException.invalidInput(
            "%s has %d bytes, at most %d are segmented".formatted(file, Files.size(file), LARGEST));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static String shown(byte[] text, Segmenter.Segment segment) {
    byte[] start =
        Arrays.copyOfRange(text, segment.from(), Math.min(segment.to(), segment.from() + SHOWN));
    String line = new String(start, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
    return segment.to() - segment.from() > SHOWN ? line + " …" : line;
  }
}
