package dev.squall.kernels.mamba;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;

/**
 * The causal depthwise convolution in front of Mamba's scan (Gu and Dao 2023, arXiv 2312.00752,
 * figure 3): every channel has a filter of W taps of its own,
 *
 * <pre>y[c,t] = act(bias[c] + Σ_w weight[c,w] · x[c, t − (W−1) + w])</pre>
 *
 * with act(v) = v · sigmoid(v), or v without {@code silu}. Inputs before the first step come from
 * {@code state}, oldest first, or are zero. {@code last_state} holds the last W − 1 inputs, so that
 * a sequence can be cut anywhere.
 */
public final class CausalConv1d implements Kernel {
  private static final OptionalInput BIAS = OptionalInput.of("bias", "C");
  private static final OptionalInput STATE = OptionalInput.of("state", "C", "W-1");
  private static final List<OptionalInput> OPTIONAL = List.of(BIAS, STATE);

  private static final Signature SIGNATURE = signatureOf();

  private static Signature signatureOf() {
    Signature.Builder signature =
        Signature.of("mamba.conv1d", "causal depthwise convolution with SiLU")
            .in("x", ElementType.F32, "C", "L")
            .in("weight", ElementType.F32, "C", "W")
            .require(CausalConv1d::tapsComplaint)
            .derive("W-1", sizes -> sizes.dim("W") - 1);
    OPTIONAL.forEach(input -> input.addTo(signature));
    return signature
        .parameter(Parameter.flag("silu", true, "pass the sum through v · sigmoid(v)"))
        .out("y", ElementType.F32, "C", "L")
        .out("last_state", ElementType.F32, "C", "W-1")
        .build();
  }

  private static String tapsComplaint(Sizes sizes) {
    return sizes.dim("W") >= 2
        ? null
        : "weight has W = 1 tap, at least 2 are needed (last_state would be empty)";
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Two operations a tap; the SiLU counts two. */
  @Override
  public Cost cost(Sizes sizes) {
    double outputs = (double) sizes.dim("C") * sizes.dim("L");
    double filters = (double) sizes.dim("C") * (2 * sizes.dim("W") - 1);
    double optional = OPTIONAL.stream().mapToDouble(input -> input.elements(sizes)).sum();
    double activation = sizes.flag("silu") ? 2 : 0;
    return new Cost(
        outputs * (2.0 * sizes.dim("W") + activation),
        Float.BYTES * (2 * outputs + filters + optional));
  }

  @Override
  public Reference reference() {
    return new CausalConv1dReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "y",
            1e-30,
            2.5e-7,
            "up to 4 units of 2⁻²⁴ for each of the W operations that a term meets in a sum"),
        Tolerance.anyEngine("last_state", 0, 0, "copied from the inputs"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", CausalConv1dSimd::convolve),
        Variant.Device.loops(CausalConv1d::loops));
  }

  private static Program loops(Sizes sizes) {
    Task convolve =
        new Task(
            CausalConv1dLoops.class,
            "convolve",
            Grid.loops(sizes.extent("L"), sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    CausalConv1dLoops::convolve,
                    arguments.f32("x"),
                    arguments.f32("weight"),
                    arguments.f32("bias"),
                    arguments.f32("state"),
                    arguments.f32("y"),
                    arguments.dims()));
    Task keep =
        new Task(
            CausalConv1dLoops.class,
            "keepLast",
            Grid.loops(sizes.extent("W-1"), sizes.extent("C")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    CausalConv1dLoops::keepLast,
                    arguments.f32("x"),
                    arguments.f32("state"),
                    arguments.f32("last_state"),
                    arguments.dims()));
    List<Integer> dims =
        List.of(
            sizes.extent("C"),
            sizes.extent("L"),
            sizes.extent("W"),
            sizes.extent("W-1"),
            sizes.flag("silu") ? 1 : 0,
            BIAS.flag(sizes),
            STATE.flag(sizes));
    return new Program(
        List.of(convolve, keep), OptionalInput.standIns(sizes, OPTIONAL), dims, List.of());
  }
}
