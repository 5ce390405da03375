package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Single precision, keeping what the layers of one block read of each sample. */
final class CalibrationRecorder implements BlockArithmetic {
  private final FloatArithmetic exact;
  private final int block;
  private final int samples;
  private final int window;
  private final Map<String, Tensor> kept = new HashMap<>();
  private int sample;

  /**
   * @param block whose layers are recorded
   * @param samples each of {@code window} tokens
   */
  CalibrationRecorder(FloatArithmetic exact, int block, int samples, int window) {
    this.exact = exact;
    this.block = block;
    this.samples = samples;
    this.window = window;
  }

  void next(int index) {
    sample = index;
  }

  /** f32[samples, window, channels] by name of the layer. */
  Map<String, Tensor> inputs() {
    return kept;
  }

  @Override
  public Plane dense(int index, DenseLayer layer, Plane x) {
    if (index == block) {
      Tensor all =
          kept.computeIfAbsent(
              layer.name(),
              name -> Tensor.allocate(ElementType.F32, samples, window, layer.inputs()));
      Tensor own = x.byToken();
      MemorySegment.copy(own.data(), 0, all.data(), sample * own.bytes(), own.bytes());
    }
    return exact.dense(index, layer, x);
  }

  @Override
  public Plane scan(ScanOperands operands) {
    return exact.scan(operands);
  }
}
