package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.ouromamba.RowWeights;
import dev.squall.kernels.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Quantises a model: weights by rows, activations by scales from samples. */
final class ModelQuantizer {
  private final SegmentModel model;
  private final HostThreads threads;

  ModelQuantizer(SegmentModel model, HostThreads threads) {
    this.model = model;
    this.threads = threads;
  }

  /** One block after another, so that the activations of one block alone are kept. */
  QuantizedModel quantize(QuantSettings settings, CalibrationSamples samples) {
    Map<String, RowWeights> weights = new HashMap<>();
    Map<String, SiteScales> scales = new HashMap<>();
    for (int i = 0; i < model.blocks().size(); i++) {
      Map<String, Tensor> inputs = record(i, samples, settings.window());
      MambaBlock block = model.blocks().get(i);
      for (DenseLayer layer : List.of(block.in(), block.select(), block.step(), block.out())) {
        SiteScales own = SiteScales.calibrate(inputs.get(layer.name()), settings);
        scales.put(layer.name(), own);
        weights.put(
            layer.name(),
            RowWeights.quantize(
                folded(layer, own), layer.outputs(), layer.inputs(), settings.weightBits()));
      }
    }
    return new QuantizedModel(model, settings, weights, scales, samples.kind());
  }

  private Map<String, Tensor> record(int block, CalibrationSamples samples, int window) {
    CalibrationRecorder recorder =
        new CalibrationRecorder(
            new FloatArithmetic(threads), block, samples.windows().size(), window);
    for (int sample = 0; sample < samples.windows().size(); sample++) {
      recorder.next(sample);
      model.through(block + 1, samples.windows().get(sample), recorder, threads);
    }
    return recorder.inputs();
  }

  /** Weights for channels that are divided by their scales before. */
  private static float[] folded(DenseLayer layer, SiteScales scales) {
    if (scales.channel() == null) {
      return layer.weight();
    }
    float[] weight = layer.weight().clone();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= scales.channel().f32(i % layer.inputs());
    }
    return weight;
  }
}
