package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** NumPy {@code .npz} files: zip archives of {@code .npy} files, stored or deflated. */
public final class NpzFile {
  private static final String SUFFIX = ".npy";
  private static final int CHUNK_BYTES = 1 << 16;

  /** Deflate makes at most 258 bytes out of 2 bits (RFC 1951, section 3.2.5). */
  private static final long MOST_INFLATION = 1032;

  private NpzFile() {}

  /**
   * Copies of the arrays, by name without {@code .npy}, in the order of the archive's directory.
   *
   * @throws SquallException INVALID_INPUT when the file is absent, is not a zip archive, is
   *     encrypted or damaged, holds an entry that is no readable {@code .npy} file, or declares
   *     sizes that its contents cannot have; OUT_OF_MEMORY when the arrays do not fit the memory
   */
  public static Map<String, Tensor> read(Path path) {
    MappedFile.requireRegular(path);
    Origin origin = Origin.of(path);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      // Entries that share compressed bytes are how small archives become huge.
      long unclaimed = Files.size(path);
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entry.isDirectory()) {
          requirePossibleSize(origin.entry(entry.getName()), entry, unclaimed);
          unclaimed -= entry.getCompressedSize();
          String name = nameOf(origin, entry);
          if (tensors.containsKey(name)) {
            throw origin.entry(entry.getName()).fault("a second entry of this name");
          }
          tensors.put(name, read(origin.entry(entry.getName()), zip, entry));
        }
      }
    } catch (IOException e) {
      throw origin.fault("cannot be read as .npz: " + Origin.reason(e));
    }
    return Collections.unmodifiableMap(tensors);
  }

  private static String nameOf(Origin origin, ZipEntry entry) {
    String name = entry.getName();
    if (!name.endsWith(SUFFIX)) {
      throw origin.entry(name).fault("not a .npy file; an .npz archive holds nothing else");
    }
    return name.substring(0, name.length() - SUFFIX.length());
  }

  private static Tensor read(Origin origin, ZipFile zip, ZipEntry entry) throws IOException {
    CRC32 checksum = new CRC32();
    try (InputStream content = new CheckedInputStream(zip.getInputStream(entry), checksum)) {
      int wanted = (int) Math.min(entry.getSize(), NpyHeader.LONGEST);
      MemorySegment start = MemorySegment.ofArray(content.readNBytes(wanted));
      if (start.byteSize() < wanted) {
        throw truncated(origin, start.byteSize(), entry);
      }
      NpyHeader header = NpyHeader.parse(origin, start, entry.getSize());
      Tensor tensor = Tensor.allocate(header.type(), header.shape());
      fill(origin, entry, tensor.data(), start.asSlice(header.dataOffset()), content);
      if (content.read() >= 0) {
        throw origin.fault(entry.getSize(), "the entry is longer than the archive says");
      }
      if (checksum.getValue() != entry.getCrc()) {
        throw origin.fault("the checksum is wrong: the archive is damaged");
      }
      return tensor;
    }
  }

  /** Refuses a declared size that is a lie before memory is reserved for it. */
  private static void requirePossibleSize(Origin origin, ZipEntry entry, long unclaimed) {
    long size = entry.getSize();
    long compressed = entry.getCompressedSize();
    boolean possible =
        entry.getMethod() == ZipEntry.STORED
            ? size == compressed
            : Math.ceilDiv(size, MOST_INFLATION) <= compressed;
    if (size < 0 || compressed < 0 || compressed > unclaimed || !possible) {
      throw origin.fault(
          "the archive declares %d bytes in %d compressed ones, which cannot be"
              .formatted(size, compressed));
    }
  }

  /** Fills {@code data} with what {@code start} holds of it already and then from the stream. */
  private static void fill(
      Origin origin, ZipEntry entry, MemorySegment data, MemorySegment start, InputStream content)
      throws IOException {
    data.asSlice(0, start.byteSize()).copyFrom(start);
    long done = start.byteSize();
    byte[] chunk = new byte[CHUNK_BYTES];
    while (done < data.byteSize()) {
      int count = content.read(chunk, 0, (int) Math.min(chunk.length, data.byteSize() - done));
      if (count < 0) {
        throw truncated(origin, entry.getSize() - data.byteSize() + done, entry);
      }
      MemorySegment.copy(chunk, 0, data, ValueLayout.JAVA_BYTE, done, count);
      done += count;
    }
  }

  private static SquallException truncated(Origin origin, long position, ZipEntry entry) {
    return origin.fault(
        position,
        "the entry ends here, the archive says after %d bytes".formatted(entry.getSize()));
  }
}
