package dev.squall.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** What must hold whatever bytes a reader is given: good tensors or one line about the fault. */
enum Hostile {
  SAFETENSORS(".safetensors"),
  NPY(".npy"),
  NPZ(".npz"),
  PTH(".pth");

  static final String NAME = "hostile";

  /** Deflate's limit, rounded up: no archive holds more. */
  private static final int MOST_INFLATION = 1040;

  /** Tensors of a checkpoint may share a storage. */
  private static final int MOST_SHARING = 16;

  private final String suffix;

  Hostile(String suffix) {
    this.suffix = suffix;
  }

  /**
   * Reads {@code bytes} and every element of the tensors in them.
   *
   * @param folder where archives, which must be files, are put
   * @return whether the bytes were a valid file
   */
  boolean survives(byte[] bytes, Path folder) {
    Map<String, Tensor> tensors;
    try {
      tensors = read(bytes, folder);
    } catch (SquallException e) {
      assertThat(e.errorClass()).as(e.getMessage()).isEqualTo(ErrorClass.INVALID_INPUT);
      assertThat(e.getMessage()).contains(NAME).hasLineCount(1).hasSizeLessThan(1000);
      return false;
    }
    long total = 0;
    for (Tensor tensor : tensors.values()) {
      for (long i = 0; i < tensor.elements(); i++) {
        tensor.asDouble(i);
      }
      total += tensor.bytes();
    }
    assertThat(total).isLessThanOrEqualTo(bytes.length * mostGrowth());
    return true;
  }

  private long mostGrowth() {
    return switch (this) {
      case SAFETENSORS, NPY -> 1;
      case NPZ -> MOST_INFLATION;
      case PTH -> MOST_SHARING;
    };
  }

  private Map<String, Tensor> read(byte[] bytes, Path folder) {
    Origin origin = new Origin(NAME + suffix);
    return switch (this) {
      case SAFETENSORS -> SafetensorsFile.parse(origin, Samples.segment(bytes)).tensors();
      case NPY -> Map.of(NAME, NpyFile.parse(origin, Samples.segment(bytes)));
      case NPZ, PTH -> readArchive(bytes, folder.resolve(NAME + suffix));
    };
  }

  private Map<String, Tensor> readArchive(byte[] bytes, Path path) {
    try {
      // A new file each time: file systems may flush one that is truncated and written again.
      Files.write(path, bytes, StandardOpenOption.CREATE_NEW);
      try {
        return this == NPZ ? NpzFile.read(path) : PytorchFile.read(path);
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
