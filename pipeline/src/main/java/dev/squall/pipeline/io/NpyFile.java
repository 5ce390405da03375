package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** NumPy {@code .npy} files: one array, C order, little-endian. */
public final class NpyFile {
  private NpyFile() {}

  /**
   * The array of a file of version 1.0, 2.0 or 3.0, as a read-only view of the mapped file.
   *
   * @throws SquallException INVALID_INPUT when the file is absent or malformed, in Fortran order,
   *     big-endian or of an element type that {@code Tensor} does not have
   */
  public static Tensor read(Path path) {
    return parse(Origin.of(path), MappedFile.map(path));
  }

  static Tensor parse(Origin origin, MemorySegment file) {
    NpyHeader header = NpyHeader.parse(origin, file, file.byteSize());
    return Tensor.over(header.type(), file.asSlice(header.dataOffset()), header.shape());
  }

  /**
   * Writes a file of version 1.0, whole or not at all.
   *
   * @throws SquallException OUT_OF_MEMORY when the disk is full; INVALID_INPUT when the path cannot
   *     be written, or for BF16, which NumPy does not have
   */
  public static void write(Path path, Tensor tensor) {
    byte[] header = NpyHeader.format(Origin.of(path), TensorType.of(tensor));
    AtomicFile.write(path, List.of(MemorySegment.ofArray(header), tensor.data()));
  }
}
