package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.mamba.Activations;
import dev.squall.kernels.ouromamba.MixedLinear;
import dev.squall.kernels.ouromamba.OutlierQuantizer;
import dev.squall.kernels.ouromamba.QuantizedScan;
import dev.squall.kernels.ouromamba.RowWeights;
import dev.squall.kernels.spec.Call;
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
  private static final HostKernel QUANTIZE = new HostKernel(new OutlierQuantizer());
  private static final HostKernel LINEAR = new HostKernel(new MixedLinear());
  private static final HostKernel SCAN = new HostKernel(new QuantizedScan());

  private final QuantizedModel model;
  private final HostThreads threads;

  /** Listed channels and all channels of all steps so far. */
  private long listed;

  private long seen;

  /** What was quantised last: u is the input of a layer first and of the scan then. */
  private Plane last;

  private Map<String, Tensor> lastIntegers;

  QuantizedArithmetic(QuantizedModel model, HostThreads threads) {
    this.model = model;
    this.threads = threads;
  }

  /** The share of channels that were in the list of outliers. */
  double outlierShare() {
    return seen == 0 ? 0 : (double) listed / seen;
  }

  @Override
  public Plane dense(int block, DenseLayer layer, Plane x) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(quantized(layer.name(), x));
    RowWeights weights = model.weights().get(layer.name());
    inputs.put("weight", weights.values());
    inputs.put("weight_scale", weights.scales());
    Call call =
        LINEAR.run(inputs, Map.of("weight_bits", text(model.settings().weightBits())), threads);
    Plane y = Plane.ofTokens(call.out("y"));
    layer.addBias(y, 0, y.tokens());
    return y;
  }

  /** The integers of {@code x} and their scales, by the ports of the kernels that take them. */
  private Map<String, Tensor> quantized(String site, Plane x) {
    if (x == last) {
      return lastIntegers;
    }
    QuantSettings settings = model.settings();
    SiteScales scales = model.scales().get(site);
    Tensor inlier = scales.inlier(x.tokens());
    Tensor values = x.byToken();
    if (scales.channel() != null) {
      for (long i = 0; i < values.elements(); i++) {
        values.f32(i, values.f32(i) / scales.channel().f32(i % x.channels()));
      }
    }
    Call call =
        QUANTIZE.run(
            Map.of("x", values, "inlier_scale", inlier),
            Map.of(
                "inlier_bits", text(settings.inlierBits()),
                "outlier_bits", text(settings.outlierBits()),
                "refresh", text(settings.refresh()),
                "sigma", Double.toString(settings.effectiveSigma())),
            threads);
    count(call.out("outlier"));
    Map<String, Tensor> integers = new LinkedHashMap<>(call.outputs());
    integers.put("inlier_scale", inlier);
    last = x;
    lastIntegers = integers;
    return integers;
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
    Map<String, Tensor> inputs = new LinkedHashMap<>(quantized(site, operands.u()));
    QuantSettings settings = model.settings();
    inputs.put(
        "delta",
        settings.rawSteps()
            ? operands.steps().quantized(settings.scanBits())
            : operands.steps().delta());
    inputs.put("a", operands.a());
    inputs.put("b", operands.b());
    inputs.put("c", operands.c());
    inputs.put("d", operands.d());
    Tensor forth = scanOnce(inputs);
    Map<String, Tensor> flipped = new HashMap<>(inputs);
    for (String port : List.of("delta", "b", "c", "outlier_scale", "inlier_scale")) {
      flipped.put(port, flippedSteps(inputs.get(port), tokens, 1));
    }
    for (String port : List.of("q_in", "q_out", "outlier")) {
      flipped.put(port, flippedSteps(inputs.get(port), tokens, operands.channels()));
    }
    Tensor back = scanOnce(flipped);
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

  private Tensor scanOnce(Map<String, Tensor> inputs) {
    String bits = text(model.settings().scanBits());
    return SCAN.run(
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
                bits),
            threads)
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
