package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.mamba.OuroMamba;
import dev.squall.pipeline.model.mamba.TypesegPackage;
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

  /** The calibration that options describe; {@code text} is null for the text that ships. */
  static OuroMamba.Calibration calibration(String kind, Path text, int samples) {
    if (kind.equals("synthetic")) {
      throw SquallException.unsupported(
          "calibrate synthetic: OuroMamba-Gen is not here yet; use real or noise");
    }
    return new OuroMamba.Calibration(
        kind, text == null ? OuroMamba.calibrationText() : OuroMamba.text(text), samples);
  }
}
