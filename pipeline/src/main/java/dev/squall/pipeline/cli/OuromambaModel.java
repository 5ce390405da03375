package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.SynthesisSettings;
import dev.squall.pipeline.model.mamba.TypesegPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the model that a command names. */
final class OuromambaModel {
  private OuromambaModel() {}

  static OuroMamba open(String name) {
    if (!name.equals("typeseg")) {
      throw SquallException.invalidInput("no model %s; there is: typeseg".formatted(name));
    }
    Path models = UserFiles.cache().resolve("models");
    return OuroMamba.open(TypesegPackage.require(models), HostThreads.all());
  }

  /** Whether time steps are quantised before the softplus. */
  static boolean rawSteps(String word) {
    return switch (word) {
      case "raw" -> true;
      case "softplus" -> false;
      default ->
          throw SquallException.invalidInput("steps %s: expected raw or softplus".formatted(word));
    };
  }

  /**
   * The calibration that options describe.
   *
   * @param text null for the text that ships
   * @param synthetic null for a file in the cache, which is made when it is not there
   */
  static OuroMamba.Calibration calibration(
      String kind, Path text, int samples, long seed, Path synthetic) {
    return new OuroMamba.Calibration(
        kind,
        text == null ? OuroMamba.calibrationText() : OuroMamba.text(text),
        samples,
        seed,
        synthetic == null ? usualSamples() : synthetic);
  }

  private static Path usualSamples() {
    SynthesisSettings usual = SynthesisSettings.usual();
    return UserFiles.cache()
        .resolve("synthetic")
        .resolve("typeseg-%08x.safetensors".formatted(usual.toString().hashCode()));
  }

  /** Makes the usual synthetic samples if a calibration asks for them and they are not there. */
  static void requireSamples(OuroMamba model, OuroMamba.Calibration calibration) {
    Path file = calibration.synthetic();
    if (!calibration.kind().equals("synthetic")
        || !file.equals(usualSamples())
        || Files.exists(file)) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot make the folder " + file.getParent());
    }
    OuromambaGenerateCommand.generate(model, SynthesisSettings.usual(), file);
  }
}
