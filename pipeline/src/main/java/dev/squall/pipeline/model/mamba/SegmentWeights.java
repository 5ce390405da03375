package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpzFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads the weights of typeseg from its {@code .npz} file. */
final class SegmentWeights {
  private static final int BLOCKS = 6;
  private static final int IDS = 130;
  private static final int CHANNELS = 256;
  private static final int STATES = 16;
  private static final int STEP_RANK = 16;
  private static final int TAPS = 4;

  private final Path file;
  private final Map<String, Tensor> tensors;

  private SegmentWeights(Path file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * @throws SquallException INVALID_INPUT for a file that does not hold typeseg's tensors
   */
  static SegmentModel read(Path file) {
    return new SegmentWeights(file, NpzFile.read(file)).model();
  }

  private SegmentModel model() {
    List<MambaBlock> blocks = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      blocks.add(block(i));
    }
    return new SegmentModel(
        tensor("Embed_0__embedding", IDS, CHANNELS),
        blocks,
        norm("LayerNorm_0"),
        dense("head", "Dense_0", CHANNELS, ContentTypes.NAMES.size()));
  }

  private MambaBlock block(int index) {
    String name = "CheckpointMambaBlock1D_" + index + "__";
    String key = "block" + index + ".";
    Tensor a = tensor(name + "A_log", CHANNELS, STATES).copy();
    for (long i = 0; i < a.elements(); i++) {
      a.f32(i, (float) -Math.exp(a.f32(i)));
    }
    Tensor kernel = tensor(name + "Conv_0__kernel", TAPS, 1, CHANNELS);
    Tensor conv = Tensor.allocate(ElementType.F32, CHANNELS, TAPS);
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int tap = 0; tap < TAPS; tap++) {
        conv.f32((long) channel * TAPS + tap, kernel.f32((long) tap * CHANNELS + channel));
      }
    }
    return new MambaBlock(
        norm(name + "LayerNorm_0"),
        dense(key + "in", name + "Dense_0", CHANNELS, 2 * CHANNELS),
        conv,
        tensor(name + "Conv_0__bias", CHANNELS),
        dense(key + "select", name + "Dense_1", CHANNELS, STEP_RANK + 2 * STATES),
        dense(key + "step", name + "Dense_2", STEP_RANK, CHANNELS),
        a,
        tensor(name + "D", CHANNELS),
        dense(key + "out", name + "Dense_3", CHANNELS, CHANNELS));
  }

  private LayerNorm norm(String name) {
    return new LayerNorm(
        tensor(name + "__scale", CHANNELS).toFloatArray(),
        tensor(name + "__bias", CHANNELS).toFloatArray());
  }

  /** Kernels are stored as [inputs, outputs]; ours are turned. */
  private DenseLayer dense(String key, String name, int inputs, int outputs) {
    Tensor kernel = tensor(name + "__kernel", inputs, outputs);
    float[] weight = new float[inputs * outputs];
    for (int in = 0; in < inputs; in++) {
      for (int out = 0; out < outputs; out++) {
        weight[out * inputs + in] = kernel.f32((long) in * outputs + out);
      }
    }
    return new DenseLayer(
        key, inputs, outputs, weight, tensor(name + "__bias", outputs).toFloatArray());
  }

  private Tensor tensor(String name, long... shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw SquallException.invalidInput(
          "%s: no tensor %s; this is not the Mamba model of typeseg 0.2.7".formatted(file, name));
    }
    if (tensor.type() != ElementType.F32 || !Arrays.equals(tensor.shape(), shape)) {
      throw SquallException.invalidInput(
          "%s: tensor %s is %s, expected f32%s"
              .formatted(file, name, tensor, Arrays.toString(shape)));
    }
    return tensor;
  }
}
