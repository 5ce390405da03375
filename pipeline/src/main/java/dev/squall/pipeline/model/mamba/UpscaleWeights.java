package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.Origin;
import dev.squall.pipeline.io.PytorchFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads the network of opensr-mamba 0.0.1 from its checkpoint {@code srmodel.pth}. Which tensor
 * does what is stated by the package that carries it (MIT); each block also holds two numbers of an
 * attention form that this network does not use.
 */
final class UpscaleWeights {
  private static final int GROUPS = 4;
  private static final int BLOCKS = 2;
  private static final int COLOURS = 3;
  private static final int CHANNELS = 60;
  private static final int INNER = 90;
  private static final int STATES = 16;
  private static final int STEP_RANK = 4;
  private static final int SCALE = 4;
  private static final float EPSILON = 1e-5f;

  private final Path file;
  private final Map<String, Tensor> tensors;

  private UpscaleWeights(Path file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * @throws SquallException INVALID_INPUT for a file that does not hold the network's tensors
   */
  static UpscaleModel read(Path file) {
    return new UpscaleWeights(file, PytorchFile.read(file)).model();
  }

  private UpscaleModel model() {
    List<UpscaleModel.Group> groups = new ArrayList<>();
    for (int group = 0; group < GROUPS; group++) {
      String name = "layers." + group + ".";
      List<PlaneBlock> blocks = new ArrayList<>();
      for (int block = 0; block < BLOCKS; block++) {
        blocks.add(block(name + "residual_group.blocks." + block + "."));
      }
      groups.add(new UpscaleModel.Group(blocks, convolution(name + "conv", CHANNELS, CHANNELS)));
    }
    return new UpscaleModel(
        convolution("conv_first", COLOURS, CHANNELS),
        norm("patch_embed.norm", CHANNELS),
        groups,
        norm("norm", CHANNELS),
        convolution("conv_after_body", CHANNELS, CHANNELS),
        convolution("upsample.0", CHANNELS, COLOURS * SCALE * SCALE),
        SCALE);
  }

  private PlaneBlock block(String name) {
    String scan = name + "self_attention.";
    int directions = PlaneBlock.DIRECTIONS;
    int selected = STEP_RANK + 2 * STATES;
    Tensor a =
        tensor(scan + "A_logs", directions * INNER, STATES)
            .copy()
            .reshape(directions, INNER, STATES);
    for (long i = 0; i < a.elements(); i++) {
      a.f32(i, (float) -Math.exp(a.f32(i)));
    }
    float[] steps = tensor(scan + "dt_projs_weight", directions, INNER, STEP_RANK).toFloatArray();
    List<DenseLayer> stepLayers = new ArrayList<>();
    for (int k = 0; k < directions; k++) {
      int size = INNER * STEP_RANK;
      stepLayers.add(
          unbiased("steps", STEP_RANK, INNER, Arrays.copyOfRange(steps, k * size, (k + 1) * size)));
    }
    return new PlaneBlock(
        norm(name + "ln_1", CHANNELS),
        tensor(name + "skip_scale", CHANNELS).toFloatArray(),
        unbiased(
            "in",
            CHANNELS,
            2 * INNER,
            tensor(scan + "in_proj.weight", 2 * INNER, CHANNELS).toFloatArray()),
        tensor(scan + "conv2d.weight", INNER, 1, PixelTaps.SIDE, PixelTaps.SIDE).toFloatArray(),
        tensor(scan + "conv2d.bias", INNER).toFloatArray(),
        unbiased(
            "select",
            INNER,
            directions * selected,
            tensor(scan + "x_proj_weight", directions, selected, INNER).toFloatArray()),
        stepLayers,
        tensor(scan + "dt_projs_bias", directions, INNER),
        a,
        tensor(scan + "Ds", directions * INNER).reshape(directions, INNER),
        norm(scan + "out_norm", INNER),
        unbiased(
            "out",
            INNER,
            CHANNELS,
            tensor(scan + "out_proj.weight", CHANNELS, INNER).toFloatArray()),
        norm(name + "ln_2", CHANNELS),
        tensor(name + "skip_scale2", CHANNELS).toFloatArray());
  }

  private LayerNorm norm(String name, int channels) {
    return new LayerNorm(
        tensor(name + ".weight", channels).toFloatArray(),
        tensor(name + ".bias", channels).toFloatArray(),
        EPSILON);
  }

  private DenseLayer convolution(String name, int inputs, int outputs) {
    int side = PixelTaps.SIDE;
    return new DenseLayer(
        name,
        inputs * PixelTaps.TAPS,
        outputs,
        tensor(name + ".weight", outputs, inputs, side, side).toFloatArray(),
        tensor(name + ".bias", outputs).toFloatArray());
  }

  private static DenseLayer unbiased(String name, int inputs, int outputs, float[] weight) {
    return new DenseLayer(name, inputs, outputs, weight, new float[outputs]);
  }

  private Tensor tensor(String name, long... shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw Origin.of(file)
          .fault("no tensor %s; this is not srmodel.pth of opensr-mamba 0.0.1".formatted(name));
    }
    if (tensor.type() != ElementType.F32 || !Arrays.equals(tensor.shape(), shape)) {
      throw Origin.of(file)
          .fault("tensor %s is %s, expected f32%s".formatted(name, tensor, Arrays.toString(shape)));
    }
    return tensor;
  }
}
