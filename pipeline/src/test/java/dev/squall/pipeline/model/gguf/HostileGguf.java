package dev.squall.pipeline.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.QuantizedMatrix;
import dev.squall.pipeline.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What must hold whatever bytes the reader is given: good tensors or one line about the fault. */
final class HostileGguf {
  /** Rows longer than this are not widened; the bytes behind them are checked all the same. */
  private static final long LONGEST_ROW = 1 << 16;

  private HostileGguf() {}

  /**
   * Reads {@code bytes} and every element of the tensors in them.
   *
   * @return whether the bytes were a valid file
   */
  static boolean survives(byte[] bytes) {
    MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, bytes.length));
    MemorySegment file = segment.asSlice(0, bytes.length);
    file.copyFrom(MemorySegment.ofArray(bytes));
    GgufFile read;
    try {
      read = GgufFile.parse(new Origin("hostile.gguf"), file);
    } catch (SquallException e) {
      assertThat(e.errorClass()).isIn(ErrorClass.INVALID_INPUT, ErrorClass.UNSUPPORTED);
      assertThat(e.getMessage())
          .startsWith("hostile.gguf: byte ")
          .hasLineCount(1)
          .hasSizeLessThan(1000);
      return false;
    }
    long total = 0;
    for (GgufTensor tensor : read.tensors().values()) {
      total += tensor.bytes();
      widen(file, tensor);
    }
    assertThat(total).isLessThanOrEqualTo(bytes.length);
    return true;
  }

  private static void widen(MemorySegment file, GgufTensor tensor) {
    long depth = tensor.shape()[0];
    if (depth > LONGEST_ROW) {
      assertThat(tensor.at() + tensor.bytes()).isLessThanOrEqualTo(file.byteSize());
      return;
    }
    int rows = (int) (tensor.bytes() / tensor.format().rowBytes((int) depth));
    MemorySegment data = file.asSlice(tensor.at(), tensor.bytes());
    QuantizedMatrix matrix = new QuantizedMatrix(tensor.format(), data, rows, (int) depth);
    float[] row = new float[(int) depth];
    for (int i = 0; i < rows; i++) {
      matrix.decoder().row(i, row, 0);
    }
  }
}
