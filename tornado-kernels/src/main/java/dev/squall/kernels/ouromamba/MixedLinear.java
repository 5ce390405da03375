package dev.squall.kernels.ouromamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * {@code ouromamba.linear}: a linear layer on activations from {@code ouromamba.quantize}
 * (OuroMamba, section 3.3).
 *
 * <p>Inputs {@code q_in}, {@code q_out} i8[B,L,C], {@code outlier} u8[B,L,C] (1 where q_out holds
 * the channel, so that q_in is 0 there, else 0 and q_out is 0), {@code outlier_scale} f32[B,L],
 * {@code inlier_scale} f32[L], {@code weight} i8[M,C], symmetric in {@code weight_bits} (−7 to 7 in
 * four), {@code weight_scale} f32[M]. Output {@code y} f32[B,L,M]:
 *
 * <pre>
 *   y = weight_scale[m] · (inlier_scale[l] · Σ_c weight·q_in + outlier_scale[b,l] · Σ_c weight·q_out)
 * </pre>
 *
 * <p>Both sums are integers and exact; they are converted to single precision and the rest is
 * evaluated as written. The scale of the inliers belongs to a step, hence it leaves the sum.
 */
public final class MixedLinear implements Kernel {
  /** Largest magnitude of an activation's integer. */
  static final int LARGEST_ACTIVATION = 128;

  private static final Signature SIGNATURE =
      Signature.of("ouromamba.linear", "linear layer on activations with outlier channels")
          .in("q_in", ElementType.I8, "B", "L", "C")
          .in("q_out", ElementType.I8, "B", "L", "C")
          .in("outlier", ElementType.U8, "B", "L", "C")
          .in("outlier_scale", ElementType.F32, "B", "L")
          .in("inlier_scale", ElementType.F32, "L")
          .in("weight", ElementType.I8, "M", "C")
          .in("weight_scale", ElementType.F32, "M")
          .out("y", ElementType.F32, "B", "L", "M")
          .parameter(Parameter.integer("weight_bits", 4, 2, 8, "bits of a weight"))
          .require(MixedLinear::lengthComplaint)
          .build();

  private final Reference reference = new MixedLinearReference();

  /** Largest magnitude of a weight, symmetric. */
  static int largestWeight(Sizes sizes) {
    return OutlierQuantizer.largest(sizes.integer("weight_bits"));
  }

  private static String lengthComplaint(Sizes sizes) {
    long most = Integer.MAX_VALUE / ((long) largestWeight(sizes) * LARGEST_ACTIVATION);
    return sizes.dim("C") > most
        ? "C = %d is too long for sums of 32 bits, at most %d".formatted(sizes.dim("C"), most)
        : null;
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Counts the sum over q_in alone: how many outliers there are is in the values. */
  @Override
  public Cost cost(Sizes sizes) {
    double tokens = (double) sizes.dim("B") * sizes.dim("L");
    double outputs = tokens * sizes.dim("M");
    return new Cost(
        2 * outputs * sizes.dim("C") + 4 * outputs,
        3 * tokens * sizes.dim("C")
            + (double) sizes.dim("M") * sizes.dim("C")
            + Float.BYTES * (outputs + tokens + sizes.dim("L") + sizes.dim("M")));
  }

  @Override
  public Reference reference() {
    return reference;
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "y",
            0,
            0x1p-22,
            "exact sums, then four roundings of 2⁻²⁴: conversion, product, sum, product"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", MixedLinearSimd::workspaceBytes, MixedLinearSimd::run),
        Variant.Device.tiles(
            MixedLinearTiles.GROUP, MixedLinearTiles.LOCAL_BYTES, MixedLinear::tiles),
        Variant.Device.loops(MixedLinear::loops));
  }

  private static Program loops(Sizes sizes) {
    Task task =
        new Task(
            MixedLinearLoops.class,
            "multiply",
            Grid.loops(sizes.extent("M"), tokens(sizes)),
            (graph, id, args) ->
                graph.task(
                    id,
                    MixedLinearLoops::multiply,
                    args.bytes("q_in"),
                    args.bytes("q_out"),
                    args.f32("outlier_scale"),
                    args.f32("inlier_scale"),
                    args.bytes("weight"),
                    args.f32("weight_scale"),
                    args.f32("y"),
                    args.dims()));
    return Program.of(task, dims(sizes), List.of());
  }

  private static Program tiles(Sizes sizes) {
    Task task =
        new Task(
            MixedLinearTiles.class,
            "multiply",
            Grid.groups(
                Math.ceilDiv(sizes.extent("M"), MixedLinearTiles.SIDE),
                Math.ceilDiv(tokens(sizes), MixedLinearTiles.SIDE),
                MixedLinearTiles.GROUP),
            (graph, id, args) ->
                graph.task(
                    id,
                    MixedLinearTiles::multiply,
                    args.context(),
                    args.bytes("q_in"),
                    args.bytes("q_out"),
                    args.f32("outlier_scale"),
                    args.f32("inlier_scale"),
                    args.bytes("weight"),
                    args.f32("weight_scale"),
                    args.f32("y"),
                    args.dims()));
    return Program.of(task, dims(sizes), List.of());
  }

  private static int tokens(Sizes sizes) {
    return Math.multiplyExact(sizes.extent("B"), sizes.extent("L"));
  }

  private static List<Integer> dims(Sizes sizes) {
    return List.of(tokens(sizes), sizes.extent("L"), sizes.extent("C"), sizes.extent("M"));
  }

  /** Weights in range; integers only on the side that the mask names. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    Tensor weight = inputs.get("weight");
    int largest = largestWeight(sizes);
    for (long i = 0; i < weight.elements(); i++) {
      if (Math.abs(weight.i8(i)) > largest) {
        throw invalid("weight", weight, i, "expected -%d to %d".formatted(largest, largest));
      }
    }
    InputChecks.requireRange(
        id(), "weight_scale", inputs.get("weight_scale"), Float.MIN_VALUE, Float.MAX_VALUE);
    QuantizedActivations.check(id(), inputs);
  }

  private SquallException invalid(String port, Tensor tensor, long index, String expected) {
    return SquallException.invalidInput(
        "%s: input %s has %d at %s, %s"
            .formatted(
                id(),
                port,
                tensor.i8(index),
                Arrays.toString(InputChecks.position(tensor, index)),
                expected));
  }
}
