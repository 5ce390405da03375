package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.mamba.Activations;
import dev.squall.kernels.ouromamba.MixedLinear;
import dev.squall.kernels.ouromamba.OutlierQuantizer;
import dev.squall.kernels.ouromamba.QuantizedScan;
import dev.squall.kernels.ouromamba.RowWeights;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A block on quantised operands: inputs of dense layers by {@code ouromamba.quantize}, the layers
 * by {@code ouromamba.linear} on integers, the scan of each direction by {@code ouromamba.scan}.
 * The operands of the scan are quantised by position, so both directions read the same values.
 */
final class QuantizedArithmetic implements BlockArithmetic {
  private static final Kernel QUANTIZE = new OutlierQuantizer();
  private static final Kernel LINEAR = new MixedLinear();
  private static final Kernel SCAN = new QuantizedScan();

  /** Bits of the widest outlier that kernels take. */
  private static final int KERNEL_BITS = 8;

  private final QuantizedModel model;
  private final KernelCalls calls;

  /** Listed channels and all channels of all steps so far. */
  private long listed;

  private long seen;

  /** What was quantised last: u is the input of a layer first and of the scan then. */
  private Plane last;

  private List<Map<String, Tensor>> lastIntegers;

  QuantizedArithmetic(QuantizedModel model, HostThreads threads) {
    this(model, new KernelCalls.Host(threads));
  }

  QuantizedArithmetic(QuantizedModel model, KernelCalls calls) {
    this.model = model;
    this.calls = calls;
  }

  /** The share of channels that were in the list of outliers. */
  double outlierShare() {
    return seen == 0 ? 0 : (double) listed / seen;
  }

  @Override
  public Plane dense(int block, DenseLayer layer, Plane x) {
    RowWeights weights = model.weights().get(layer.name());
    Plane sum = null;
    for (Map<String, Tensor> part : quantized(layer.name(), x)) {
      Map<String, Tensor> inputs = new LinkedHashMap<>(part);
      inputs.put("weight", weights.values());
      inputs.put("weight_scale", weights.scales());
      Call call =
          calls.run(LINEAR, inputs, Map.of("weight_bits", text(model.settings().weightBits())));
      Plane y = Plane.ofTokens(call.out("y"));
      sum = sum == null ? y : add(sum, y);
    }
    layer.addBias(sum, 0, sum.tokens());
    return sum;
  }

  private static Plane add(Plane sum, Plane y) {
    for (int i = 0; i < sum.values().length; i++) {
      sum.values()[i] += y.values()[i];
    }
    return sum;
  }

  /** As {@link #integers}, of the site's scales by position; that of the last x is kept. */
  private List<Map<String, Tensor>> quantized(String site, Plane x) {
    if (x != last) {
      SiteScales scales = model.scales().get(site);
      Tensor values = x.byToken();
      if (scales.channel() != null) {
        for (long i = 0; i < values.elements(); i++) {
          values.f32(i, values.f32(i) / scales.channel().f32(i % x.channels()));
        }
      }
      lastIntegers = integers(values, scales.inlier(x.tokens()));
      last = x;
    }
    return lastIntegers;
  }

  /**
   * The integers of {@code values} and their scales, by the ports of the kernels that take them;
   * outliers of more than eight bits in two parts, whose results are to be added.
   */
  private List<Map<String, Tensor>> integers(Tensor values, Tensor inlier) {
    QuantSettings settings = model.settings();
    Map<String, Tensor> integers =
        settings.released().globalDetection()
            ? GlobalDetection.quantize(values, inlier, settings)
            : new LinkedHashMap<>(
                calls
                    .run(
                        QUANTIZE,
                        Map.of("x", values, "inlier_scale", inlier),
                        Map.of(
                            "inlier_bits", text(settings.inlierBits()),
                            "outlier_bits", text(Math.min(KERNEL_BITS, settings.outlierBits())),
                            "refresh", text(settings.refresh()),
                            "sigma", Double.toString(settings.effectiveSigma())))
                    .outputs());
    count(integers.get("outlier"));
    integers.put("inlier_scale", inlier);
    if (settings.outlierBits() <= KERNEL_BITS || settings.scheme() != QuantScheme.OUTLIERS) {
      return List.of(integers);
    }
    WideOutliers.Parts parts = WideOutliers.split(values, integers, settings.outlierBits());
    return List.of(parts.high(), parts.low());
  }

  private void count(Tensor outlier) {
    seen += outlier.elements();
    for (long i = 0; i < outlier.elements(); i++) {
      listed += outlier.u8(i);
    }
  }

  @Override
  public Plane scan(ScanOperands operands) {
    int tokens = operands.tokens();
    String site = model.exact().blocks().get(operands.block()).select().name();
    QuantSettings settings = model.settings();
    Map<String, Tensor> others = new LinkedHashMap<>();
    others.put(
        "delta",
        settings.rawSteps()
            ? operands.steps().quantized(settings.scanBits())
            : operands.steps().delta());
    others.put("a", operands.a());
    others.put("b", operands.b());
    others.put("c", operands.c());
    others.put("d", operands.d());
    Map<String, Tensor> mirrored = new HashMap<>(others);
    for (String port : List.of("delta", "b", "c")) {
      mirrored.put(port, flippedSteps(others.get(port), tokens, 1));
    }
    Tensor forth;
    Tensor back;
    if (settings.released().sharedScales()) {
      Tensor values = operands.u().byToken();
      Tensor inlier = model.scales().get(site).mirrored(tokens);
      forth = scan(integers(values, inlier), others);
      back = scan(integers(flippedSteps(values, tokens, operands.channels()), inlier), mirrored);
    } else {
      List<Map<String, Tensor>> u = quantized(site, operands.u());
      forth = scan(u, others);
      back = scan(u.stream().map(part -> flipped(part, operands)).toList(), mirrored);
    }
    Tensor factors = model.scales().get(site).channel();
    Plane y = Plane.of(operands.channels(), tokens);
    float[] gate = new float[y.stride()];
    float[] sums = new float[y.stride()];
    for (int channel = 0; channel < operands.channels(); channel++) {
      // The scan is linear in u: a channel's factor comes out as it went in.
      float factor = factors == null ? 1 : factors.f32(channel);
      int row = y.row(channel);
      long line = (long) channel * tokens;
      for (int t = 0; t < tokens; t++) {
        gate[t] = operands.gate().f32(line + t);
        float sum = forth.f32(line + t) + back.f32(line + tokens - 1 - t);
        sums[t] = factor * sum * gate[t];
      }
      Activations.timesSigmoid(sums, gate, 0, y.stride());
      System.arraycopy(sums, 0, y.values(), row, tokens);
    }
    return y;
  }

  private static Map<String, Tensor> flipped(Map<String, Tensor> part, ScanOperands operands) {
    Map<String, Tensor> flipped = new LinkedHashMap<>();
    part.forEach(
        (port, tensor) ->
            flipped.put(
                port,
                flippedSteps(
                    tensor, operands.tokens(), (int) (tensor.elements() / operands.tokens()))));
    return flipped;
  }

  /** The scan is linear in u: those of its parts are added. */
  private Tensor scan(List<Map<String, Tensor>> parts, Map<String, Tensor> others) {
    Tensor sum = null;
    for (Map<String, Tensor> part : parts) {
      Map<String, Tensor> inputs = new LinkedHashMap<>(part);
      inputs.putAll(others);
      Tensor y = scanOnce(inputs);
      if (sum == null) {
        sum = y;
      } else {
        for (long i = 0; i < sum.elements(); i++) {
          sum.f32(i, sum.f32(i) + y.f32(i));
        }
      }
    }
    return sum;
  }

  private Tensor scanOnce(Map<String, Tensor> inputs) {
    String bits = text(model.settings().scanBits());
    return calls
        .run(
            SCAN,
            inputs,
            Map.of(
                "softplus",
                "false",
                "quantize_delta",
                Boolean.toString(!model.settings().rawSteps()),
                "delta_bits",
                bits,
                "a_bits",
                bits,
                "b_bits",
                bits,
                "c_bits",
                bits,
                "d_bits",
                bits))
        .out("y");
  }

  /** A tensor whose steps, each of {@code width} neighbouring elements, come in reverse order. */
  private static Tensor flippedSteps(Tensor tensor, int steps, int width) {
    Tensor flipped = Tensor.allocate(tensor.type(), tensor.shape());
    long rows = tensor.elements() / ((long) steps * width);
    int bytes = tensor.type().bytes() * width;
    for (long row = 0; row < rows; row++) {
      for (int t = 0; t < steps; t++) {
        long from = (row * steps + t) * bytes;
        long to = (row * steps + steps - 1 - t) * bytes;
        flipped.data().asSlice(to, bytes).copyFrom(tensor.data().asSlice(from, bytes));
      }
    }
    return flipped;
  }

  private static String text(int number) {
    return Integer.toString(number);
  }
}
