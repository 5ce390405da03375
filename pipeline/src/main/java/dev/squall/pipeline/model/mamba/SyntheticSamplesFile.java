package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Synthetic samples as a {@code .safetensors} file: {@code samples} f32[samples, tokens, channels],
 * {@code losses} f32[samples, 4], contrastive and target before and after descent.
 */
final class SyntheticSamplesFile {
  private static final String FORMAT = "squall-ouromamba-gen-1";

  private SyntheticSamplesFile() {}

  static void write(Path path, List<SampleSynthesis.Sample> samples, SynthesisSettings settings) {
    Plane first = samples.getFirst().plane();
    Tensor all = Tensor.allocate(ElementType.F32, samples.size(), first.tokens(), first.channels());
    Tensor losses = Tensor.allocate(ElementType.F32, samples.size(), 4);
    for (int i = 0; i < samples.size(); i++) {
      SampleSynthesis.Sample sample = samples.get(i);
      Tensor own = sample.plane().byToken();
      all.data().asSlice(i * own.bytes(), own.bytes()).copyFrom(own.data());
      for (int loss = 0; loss < 2; loss++) {
        losses.f32(4L * i + loss, (float) sample.before()[loss]);
        losses.f32(4L * i + 2 + loss, (float) sample.after()[loss]);
      }
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("samples", all);
    tensors.put("losses", losses);
    SafetensorsWriter.write(
        path, tensors, Map.of("format", FORMAT, "settings", settings.toString()));
  }

  /**
   * @param most samples that are wanted
   * @throws SquallException INVALID_INPUT for a file that does not hold samples of that size
   */
  static CalibrationSamples read(Path path, int channels, int window, int most) {
    SafetensorsFile file = SafetensorsFile.open(path);
    if (!FORMAT.equals(file.metadata().get("format"))) {
      throw SquallException.invalidInput(
          path + ": no samples that ./squall ouromamba generate wrote");
    }
    Tensor all = file.tensor("samples");
    if (all.type() != ElementType.F32
        || all.rank() != 3
        || all.dim(0) < 1
        || all.dim(1) != window
        || all.dim(2) != channels) {
      throw SquallException.invalidInput(
          "%s: samples are %s, expected f32[n, %d, %d]".formatted(path, all, window, channels));
    }
    List<Plane> windows = new ArrayList<>();
    for (long i = 0; i < Math.min(most, all.dim(0)); i++) {
      long bytes = all.bytes() / all.dim(0);
      windows.add(
          Plane.ofTokens(
              Tensor.over(
                  ElementType.F32, all.data().asSlice(i * bytes, bytes), 1, window, channels)));
    }
    requireFinite(path, windows);
    return new CalibrationSamples("synthetic", windows);
  }

  private static void requireFinite(Path path, List<Plane> windows) {
    for (int i = 0; i < windows.size(); i++) {
      for (float value : windows.get(i).values()) {
        if (!Float.isFinite(value)) {
          throw SquallException.invalidInput("%s: sample %d holds %s".formatted(path, i, value));
        }
      }
    }
  }
}
