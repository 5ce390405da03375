package dev.squall.kernels.testing;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;

/** Inputs of scans in several directions, and their parts as one direction sees them. */
public final class DirectedInputs {
  private DirectedInputs() {}

  /**
   * All inputs.
   *
   * @param inputSets leading axis of u, 0 for none
   * @param plane extents of the positions
   */
  public static Map<String, Tensor> random(
      long seed, int sets, int inputSets, int channels, int states, int groups, long... plane) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    long[] u = inputSets == 0 ? shape(plane, channels) : shape(plane, inputSets, channels);
    inputs.put("u", RandomTensors.normal(random, u));
    inputs.put("delta", RandomTensors.normal(random, shape(plane, sets, channels)));
    Tensor a = Tensor.allocate(ElementType.F32, sets, channels, states);
    for (long i = 0; i < a.elements(); i++) {
      a.f32(i, (float) (-8 * Math.pow(random.nextDouble(), 2)));
    }
    inputs.put("a", a);
    inputs.put("b", RandomTensors.normal(random, shape(plane, sets, groups, states)));
    inputs.put("c", RandomTensors.normal(random, shape(plane, sets, groups, states)));
    inputs.put("d", RandomTensors.normal(random, sets, channels));
    inputs.put("z", RandomTensors.normal(random, shape(plane, channels)));
    inputs.put("delta_bias", RandomTensors.normal(random, sets, channels));
    return inputs;
  }

  private static long[] shape(long[] plane, long... leading) {
    return LongStream.concat(Arrays.stream(leading), Arrays.stream(plane)).toArray();
  }

  /**
   * Set {@code k} of a tensor with a leading axis of sets, its last axis of {@code length}
   * positions put in the order {@code position}.
   */
  public static Tensor ordered(
      Tensor tensor, int sets, int k, int length, IntUnaryOperator position, long... shape) {
    Tensor part = Tensor.allocate(ElementType.F32, shape);
    long from = sets > 1 ? k * part.elements() : 0;
    for (long i = 0; i < part.elements(); i++) {
      long row = i / length;
      part.f32(i, tensor.f32(from + row * length + position.applyAsInt((int) (i % length))));
    }
    return part;
  }

  /** Set {@code k} of a tensor without positions. */
  public static Tensor part(Tensor tensor, int sets, int k, long... shape) {
    return ordered(tensor, sets, k, 1, i -> i, shape);
  }
}
