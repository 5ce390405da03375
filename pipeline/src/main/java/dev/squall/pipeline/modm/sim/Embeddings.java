package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.modm.UnitRows;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import java.nio.file.Path;

/**
 * Vectors of length one.
 *
 * @param label what made them
 * @param values f32[count, width], row by row
 */
public record Embeddings(String label, float[] values, int width) {
  public Embeddings {
    if (width < 1 || values.length % width != 0) {
      throw new IllegalArgumentException(values.length + " numbers in rows of " + width);
    }
  }

  public int count() {
    return values.length / width;
  }

  /**
   * Reads f32[count, width] (or half precision) from a .npy file.
   *
   * @param count rows that there must be, one for each request
   * @throws SquallException INVALID_INPUT for another shape, or rows that are not of length one
   */
  public static Embeddings read(Path file, int count) {
    Tensor tensor = NpyFile.read(file);
    if (tensor.rank() != 2 || tensor.dim(1) < 1 || !tensor.type().isFloatingPoint()) {
      throw SquallException.invalidInput(
          "%s: %s, expected f32[%d, width]".formatted(file, tensor, count));
    }
    if (tensor.dim(0) != count) {
      throw SquallException.invalidInput(
          "%s: %d embeddings, the trace has %d requests".formatted(file, tensor.dim(0), count));
    }
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw SquallException.invalidInput(file + ": more than 2^31 numbers; cut the trace");
    }
    Tensor values = tensor.type() == ElementType.F32 ? tensor : tensor.toF32();
    UnitRows.require("modm simulate", file.toString(), values);
    return new Embeddings(file.toString(), values.toFloatArray(), (int) tensor.dim(1));
  }
}
