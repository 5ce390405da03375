package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.ouromamba.RowWeights;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.io.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A quantised model as a {@code .safetensors} file: integer weights, two to a byte up to four bits,
 * with their scales; the static scales of activations; and what is not quantised in single
 * precision. The settings stand in the metadata.
 */
final class QuantizedModelFile {
  private static final String FORMAT = "squall-ouromamba-1";
  private static final int NIBBLE_BITS = 4;

  private QuantizedModelFile() {}

  static void write(Path path, QuantizedModel model) {
    QuantSettings settings = model.settings();
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("format", FORMAT);
    notes.put("model", "typeseg 0.2.7");
    notes.put("bits", settings.bits());
    notes.put("scan_bits", Integer.toString(settings.scanBits()));
    notes.put("refresh", Integer.toString(settings.refresh()));
    notes.put("sigma", Double.toString(settings.sigma()));
    notes.put("steps", settings.rawSteps() ? "raw" : "softplus");
    notes.put("window", Integer.toString(settings.window()));
    notes.put("scheme", settings.scheme().toString());
    notes.put("calibration", model.calibration());
    notes.put("released", settings.released().toString());
    SafetensorsWriter.write(path, tensors(model), notes);
  }

  /** Everything that a file holds, by name. */
  static Map<String, Tensor> tensors(QuantizedModel model) {
    SegmentModel exact = model.exact();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("embedding", exact.embedding());
    putNorm(tensors, "norm", exact.norm());
    DenseLayer head = exact.head();
    tensors.put("head.weight", Tensor.of(head.weight(), head.outputs(), head.inputs()));
    tensors.put("head.bias", Tensor.of(head.bias(), head.outputs()));
    for (int i = 0; i < exact.blocks().size(); i++) {
      MambaBlock block = exact.blocks().get(i);
      String name = "block" + i + ".";
      putNorm(tensors, name + "norm", block.norm());
      tensors.put(name + "conv", block.conv());
      tensors.put(name + "conv.bias", block.convBias());
      tensors.put(name + "a", block.a());
      tensors.put(name + "d", block.d());
      for (DenseLayer layer : List.of(block.in(), block.select(), block.step(), block.out())) {
        RowWeights weights = model.weights().get(layer.name());
        tensors.put(
            layer.name() + ".weight", packed(weights.values(), model.settings().weightBits()));
        tensors.put(layer.name() + ".weight_scale", weights.scales());
        tensors.put(layer.name() + ".bias", Tensor.of(layer.bias(), layer.outputs()));
        SiteScales scales = model.scales().get(layer.name());
        tensors.put(layer.name() + ".inlier_scale", scales.inlier());
        if (scales.channel() != null) {
          tensors.put(layer.name() + ".channel_scale", scales.channel());
        }
      }
    }
    return tensors;
  }

  private static void putNorm(Map<String, Tensor> tensors, String name, LayerNorm norm) {
    tensors.put(name + ".scale", Tensor.of(norm.scale(), norm.scale().length));
    tensors.put(name + ".bias", Tensor.of(norm.bias(), norm.bias().length));
  }

  /** Two's complement nibbles, the earlier value in the low bits; rows begin at whole bytes. */
  private static Tensor packed(Tensor values, int bits) {
    if (bits > NIBBLE_BITS) {
      return values;
    }
    long columns = values.dim(1);
    long row = Math.ceilDiv(columns, 2);
    Tensor packed = Tensor.allocate(ElementType.U8, values.dim(0), row);
    for (long i = 0; i < values.elements(); i++) {
      long at = i / columns * row + i % columns / 2;
      int shift = (int) (i % columns % 2 * NIBBLE_BITS);
      packed.i8(at, (byte) (packed.i8(at) | (values.i8(i) & 0xF) << shift));
    }
    return packed;
  }

  private static Tensor unpacked(Tensor packed, int outputs, int inputs) {
    long row = Math.ceilDiv(inputs, 2);
    Tensor values = Tensor.allocate(ElementType.I8, outputs, inputs);
    for (long i = 0; i < values.elements(); i++) {
      int pair = packed.u8(i / inputs * row + i % inputs / 2);
      int nibble = i % inputs % 2 == 0 ? pair & 0xF : pair >> NIBBLE_BITS;
      values.i8(i, (byte) (nibble << 28 >> 28));
    }
    return values;
  }

  /**
   * @throws SquallException INVALID_INPUT for a file that is not such a model, or not a whole one
   */
  static QuantizedModel read(Path path) {
    return new Reader(path, SafetensorsFile.open(path)).model();
  }

  private static final class Reader {
    private final Path path;
    private final SafetensorsFile file;
    private final Map<String, RowWeights> weights = new HashMap<>();
    private final Map<String, SiteScales> scales = new HashMap<>();
    private QuantSettings settings;

    private Reader(Path path, SafetensorsFile file) {
      this.path = path;
      this.file = file;
    }

    private QuantizedModel model() {
      if (!FORMAT.equals(file.metadata().get("format"))) {
        throw SquallException.invalidInput(
            path + ": not a model that ./squall ouromamba quantize wrote");
      }
      settings = settings();
      Tensor embedding = f32("embedding", 2);
      int channels = (int) embedding.dim(1);
      Tensor head = f32("head.weight", 2);
      require("head.weight", head, head.dim(0), channels);
      List<MambaBlock> blocks = new ArrayList<>();
      while (file.names().contains("block" + blocks.size() + ".a")) {
        blocks.add(block("block" + blocks.size() + ".", channels));
      }
      if (embedding.dim(0) <= ByteTokens.PLACEHOLDER
          || head.dim(0) != ContentTypes.NAMES.size()
          || blocks.isEmpty()) {
        throw SquallException.invalidInput(
            "%s: %d embedded ids, %d types and %d blocks are not typeseg's"
                .formatted(path, embedding.dim(0), head.dim(0), blocks.size()));
      }
      SegmentModel exact =
          new SegmentModel(
              embedding,
              blocks,
              norm("norm", channels),
              new DenseLayer(
                  "head",
                  channels,
                  (int) head.dim(0),
                  head.toFloatArray(),
                  f32("head.bias", head.dim(0)).toFloatArray()));
      return new QuantizedModel(
          exact, settings, weights, scales, file.metadata().getOrDefault("calibration", "unknown"));
    }

    private QuantSettings settings() {
      QuantSettings words = QuantSettings.of(note("bits"));
      try {
        return words
            .with(QuantScheme.of(note("scheme")))
            .withScanBits(Integer.parseInt(note("scan_bits")))
            .withRawSteps(rawSteps(note("steps")))
            .withWindow(Integer.parseInt(note("window")))
            .with(Released.of(List.of(released().split("\\+"))))
            .withDetection(Integer.parseInt(note("refresh")), Double.parseDouble(note("sigma")));
      } catch (NumberFormatException e) {
        throw SquallException.invalidInput(
            path + ": settings that are no numbers: " + e.getMessage());
      }
    }

    /** Older files do not say. */
    private String released() {
      return file.metadata().getOrDefault("released", "none");
    }

    private boolean rawSteps(String word) {
      return switch (word) {
        case "raw" -> true;
        case "softplus" -> false;
        default -> throw SquallException.invalidInput(path + ": steps " + word + " are unknown");
      };
    }

    private String note(String name) {
      String value = file.metadata().get(name);
      if (value == null) {
        throw SquallException.invalidInput(path + ": no " + name + " in the metadata");
      }
      return value;
    }

    private MambaBlock block(String name, int channels) {
      Tensor a = f32(name + "a", 2);
      for (long i = 0; i < a.elements(); i++) {
        if (!(a.f32(i) <= 0)) {
          throw SquallException.invalidInput(
              "%s: %sa has %s at [%d, %d]: A must not be positive"
                  .formatted(path, name, a.f32(i), i / a.dim(1), i % a.dim(1)));
        }
      }
      int inner = (int) a.dim(0);
      int states = (int) a.dim(1);
      Tensor conv = f32(name + "conv", 2);
      require(name + "conv", conv, inner, conv.dim(1));
      int selected = (int) f32(name + "select.weight_scale", 1).dim(0);
      return new MambaBlock(
          norm(name + "norm", channels),
          layer(name + "in", channels, 2 * inner),
          conv,
          f32(name + "conv.bias", (long) inner),
          layer(name + "select", inner, selected),
          layer(name + "step", selected - 2 * states, inner),
          a,
          f32(name + "d", (long) inner),
          layer(name + "out", inner, channels));
    }

    private LayerNorm norm(String name, long channels) {
      return new LayerNorm(
          f32(name + ".scale", channels).toFloatArray(),
          f32(name + ".bias", channels).toFloatArray());
    }

    private DenseLayer layer(String name, int inputs, int outputs) {
      boolean nibbles = settings.weightBits() <= NIBBLE_BITS;
      Tensor stored = file.tensor(name + ".weight");
      long row = nibbles ? Math.ceilDiv(inputs, 2) : inputs;
      ElementType type = nibbles ? ElementType.U8 : ElementType.I8;
      if (inputs < 1 || stored.type() != type) {
        throw SquallException.invalidInput(
            "%s: %s.weight is %s for %d inputs, expected %s"
                .formatted(path, name, stored, inputs, type.label()));
      }
      require(name + ".weight", stored, outputs, row);
      weights.put(
          name,
          new RowWeights(
              nibbles ? unpacked(stored, outputs, inputs) : stored,
              positive(name + ".weight_scale", outputs)));
      String channel = name + ".channel_scale";
      scales.put(
          name,
          new SiteScales(
              positive(name + ".inlier_scale", settings.window()),
              file.names().contains(channel) ? positive(channel, inputs) : null));
      return new DenseLayer(
          name, inputs, outputs, new float[0], f32(name + ".bias", (long) outputs).toFloatArray());
    }

    private Tensor positive(String name, long count) {
      Tensor tensor = f32(name, count);
      for (long i = 0; i < count; i++) {
        if (!(tensor.f32(i) > 0 && Float.isFinite(tensor.f32(i)))) {
          throw SquallException.invalidInput(
              "%s: %s has %s at [%d], expected a positive number"
                  .formatted(path, name, tensor.f32(i), i));
        }
      }
      return tensor;
    }

    private Tensor f32(String name, int rank) {
      Tensor tensor = file.tensor(name);
      if (tensor.type() != ElementType.F32 || tensor.rank() != rank || tensor.elements() == 0) {
        throw SquallException.invalidInput(
            "%s: %s is %s, expected single precision and %d axes"
                .formatted(path, name, tensor, rank));
      }
      return tensor;
    }

    private Tensor f32(String name, long count) {
      Tensor tensor = f32(name, 1);
      require(name, tensor, count);
      return tensor;
    }

    private void require(String name, Tensor tensor, long... shape) {
      if (!Arrays.equals(tensor.shape(), shape)) {
        throw SquallException.invalidInput(
            "%s: %s is %s, expected %s".formatted(path, name, tensor, Arrays.toString(shape)));
      }
    }
  }
}
