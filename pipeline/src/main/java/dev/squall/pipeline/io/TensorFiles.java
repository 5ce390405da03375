package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads tensors from whatever holds them. */
public final class TensorFiles {
  private static final int ZIP_MAGIC = 'P' | 'K' << 8;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private enum Format {
    SAFETENSORS(".safetensors", TensorFiles::looksLikeSafetensors),
    NPY(".npy", NpyHeader::hasMagic),
    NPZ(".npz", file -> file.byteSize() >= Short.BYTES && file.get(U16, 0) == ZIP_MAGIC),
    // A checkpoint is a zip archive too, so its name alone tells.
    PTH(".pth", file -> false);

    private final String suffix;
    private final Predicate<MemorySegment> magic;

    Format(String suffix, Predicate<MemorySegment> magic) {
      this.suffix = suffix;
      this.magic = magic;
    }

    static Optional<Format> of(Predicate<Format> property) {
      return Arrays.stream(values()).filter(property).findFirst();
    }

    static Optional<Format> bySuffix(Path path) {
      String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
      return of(format -> name.endsWith(format.suffix));
    }
  }

  private TensorFiles() {}

  /**
   * The tensors of a {@code .safetensors}, {@code .npz} or {@code .pth} file, the tensor of a
   * {@code .npy} file under the file's name without suffix, or those of all {@code .safetensors}
   * and {@code .npy} files directly in a folder, in the order of the file names. A known suffix
   * decides about the format; a file with another name is known by its first bytes.
   *
   * @throws SquallException INVALID_INPUT when the path is absent, unreadable, malformed or of no
   *     known format, when a folder holds no tensor file, and when two tensors of a folder have one
   *     name; OUT_OF_MEMORY when an archive does not fit the memory
   */
  public static Map<String, Tensor> read(Path path) {
    return Files.isDirectory(path) ? readFolder(path) : readFile(path);
  }

  private static Map<String, Tensor> readFile(Path path) {
    Format format =
        Format.bySuffix(path)
            .or(() -> byMagic(path))
            .orElseThrow(
                () ->
                    Origin.of(path)
                        .fault(
                            0,
                            "neither name nor content is .safetensors, .npy or .npz; convert it"));
    return switch (format) {
      case SAFETENSORS -> SafetensorsFile.open(path).tensors();
      case NPY -> Map.of(stem(path), NpyFile.read(path));
      case NPZ -> NpzFile.read(path);
      case PTH -> PytorchFile.read(path);
    };
  }

  private static Map<String, Tensor> readFolder(Path folder) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Path> owners = new LinkedHashMap<>();
    for (Path file : tensorFiles(folder)) {
      readFile(file)
          .forEach(
              (name, tensor) -> {
                Path owner = owners.putIfAbsent(name, file);
                if (owner != null) {
                  throw Origin.of(file)
                      .fault(
                          "tensor %s is also in %s; keep one of them"
                              .formatted(Origin.quote(name), Origin.of(owner).name()));
                }
                tensors.put(name, tensor);
              });
    }
    return Collections.unmodifiableMap(tensors);
  }

  private static List<Path> tensorFiles(Path folder) {
    List<Path> files;
    try (Stream<Path> children = Files.list(folder)) {
      files =
          children
              .filter(
                  child ->
                      Format.bySuffix(child)
                          .filter(format -> format == Format.SAFETENSORS || format == Format.NPY)
                          .isPresent())
              .sorted()
              .toList();
    } catch (IOException e) {
      throw Origin.of(folder).fault("cannot be read: " + Origin.reason(e));
    }
    if (files.isEmpty()) {
      throw Origin.of(folder).fault("no .safetensors or .npy file in this folder");
    }
    return files;
  }

  private static Optional<Format> byMagic(Path path) {
    MemorySegment file = MappedFile.map(path);
    return Format.of(format -> format.magic.test(file));
  }

  private static boolean looksLikeSafetensors(MemorySegment file) {
    return file.byteSize() > SafetensorsHeader.LENGTH_BYTES
        && file.get(ValueLayout.JAVA_BYTE, SafetensorsHeader.LENGTH_BYTES) == '{';
  }

  private static String stem(Path path) {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
