package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.mamba.Upscaler;
import dev.squall.pipeline.model.store.KnownModel;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Enlarges an image with a Mamba that scans it in four directions. */
@Command(
    name = "upscale",
    mixinStandardHelpOptions = true,
    description = {
      "Enlarge an image four times along each side (opensr-mamba 0.0.1, eight blocks that scan it in"
          + " four directions, 498,364 parameters, made for Sentinel-2). Get the model first:"
          + " ./squall model get opensr-mamba",
      ""
    })
final class UpscaleCommand implements Callable<Integer> {
  /** Of the largest value, or of 1: a hundred times what single precision was seen to lose. */
  private static final double TOLERANCE = 3e-5;

  @Parameters(
      paramLabel = "IMAGE.npy",
      description = "f32[3, height, width]: red, green and blue as reflectances in 0 … 1.")
  private Path image;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "OUT.npy",
      description = "The enlarged image, f32[3, 4 height, 4 width].")
  private Path out;

  @Option(
      names = "--verify",
      description = "Compare with the double-precision reference (slow, on one thread).")
  private boolean verify;

  @Override
  public Integer call() {
    ModelStore store = new ModelStore(UserFiles.cache(), new Pip());
    Upscaler upscaler =
        Upscaler.open(store.find(KnownModel.OPENSR_MAMBA.label()), HostThreads.all());
    Tensor given = NpyFile.read(image);
    long start = System.nanoTime();
    Tensor enlarged = upscaler.enlarge(given);
    double seconds = (System.nanoTime() - start) / 1e9;
    String verdict = verify ? verdict(enlarged, upscaler.reference(given)) : "not verified";
    NpyFile.write(out, enlarged);
    System.out.printf(
        Locale.ROOT,
        "%s -> %s in %.2f s, %s%n",
        Arrays.toString(given.shape()),
        Arrays.toString(enlarged.shape()),
        seconds,
        verdict);
    return ExitCodes.GOOD;
  }

  private static String verdict(Tensor enlarged, double[] reference) {
    double error = 0;
    double largest = 1;
    for (int i = 0; i < reference.length; i++) {
      double difference = Math.abs(enlarged.f32(i) - reference[i]);
      error = Math.max(error, difference);
      largest = Math.max(largest, Math.abs(reference[i]));
    }
    if (!(error <= TOLERANCE * largest)) {
      throw new SquallException(
          ErrorClass.WRONG_RESULT,
          "the enlarged image differs from the reference by %.2e, tolerance %.2e; it is not kept"
              .formatted(error, TOLERANCE * largest));
    }
    return String.format(
        Locale.ROOT, "max error %.1e, tolerance %.1e, PASSED", error, TOLERANCE * largest);
  }
}
