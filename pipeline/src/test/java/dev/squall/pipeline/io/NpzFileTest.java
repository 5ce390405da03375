package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static dev.squall.pipeline.io.Samples.npy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpzFileTest {
  /** Offsets in a record of the central directory (PKWARE APPNOTE 4.3.12). */
  private static final int CRC_AT = 16;

  private static final int COMPRESSED_SIZE_AT = 20;
  private static final int SIZE_AT = 24;
  private static final int OFFSET_AT = 42;

  private static final long SEED = 20_261_126;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("t.npz");
  }

  @Test
  void readsEntriesInOrderAndSkipsFolders() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("z.npy", vector(3, 12));
    entries.put("sub/", new byte[0]);
    entries.put("sub/a.b.npy", vector(1, 4));
    Files.write(file, zip(entries));
    Map<String, Tensor> tensors = NpzFile.read(file);
    assertThat(tensors.keySet()).containsExactly("z", "sub/a.b");
    assertThat(tensors.get("z")).hasToString("f32[3]");
    assertThat(tensors.get("z").hasHeader()).as("in memory of our own layout").isTrue();
  }

  @Test
  void readsArchivesWithoutEntries() throws IOException {
    Files.write(file, zip(Map.of()));
    assertThat(NpzFile.read(file)).isEmpty();
  }

  @Test
  void refusesEntriesThatAreNotNpy() throws IOException {
    Files.write(file, zip(Map.of("read\nme", new byte[3])));
    assertRefused(
        () -> NpzFile.read(file),
        file + " entry \"read\\u000ame\": not a .npy file; an .npz archive holds nothing else");
    Files.write(file, zip(Map.of("a.npy", new byte[64])));
    assertRefused(
        () -> NpzFile.read(file),
        file + " entry \"a.npy\": byte 0: not a .npy file: it does not begin with \\x93NUMPY");
  }

  @Test
  void refusesTwoEntriesOfOneName() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.npy", vector(1, 4));
    entries.put("b.npy", vector(1, 4));
    byte[] archive = zip(entries);
    String latin = new String(archive, StandardCharsets.ISO_8859_1).replace("b.npy", "a.npy");
    Files.write(file, latin.getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(() -> NpzFile.read(file), file + " entry \"a.npy\": a second entry of this name");
  }

  @ParameterizedTest
  @CsvSource({"4, truncated", "12, longer than it says"})
  void refusesDataOfAnotherSizeThanTheShape(int dataBytes, String what) throws IOException {
    Files.write(file, zip(Map.of("a.npy", vector(2, dataBytes))));
    assertRefused(
        () -> NpzFile.read(file),
        file
            + " entry \"a.npy\": byte %d: f32[2] needs 8 bytes, %d follow the header; the file is %s"
                .formatted(vector(2, 0).length, dataBytes, what));
  }

  @Test
  void refusesEncryptedArchives() throws IOException {
    Files.write(file, Samples.resource("TensorFilesFuzzTestInputs/npz/encrypted"));
    assertRefused(
        () -> NpzFile.read(file),
        file + ": cannot be read as .npz: invalid CEN header (encrypted entry)");
  }

  @Test
  void refusesSizesThatDeflateCannotReach() throws IOException {
    byte[] archive = zip(Map.of("a.npy", vector(2, 8)));
    int compressed = integer(archive, directory(archive) + COMPRESSED_SIZE_AT);
    int size = 1032 * compressed + 1;
    patch(archive, directory(archive) + SIZE_AT, size);
    Files.write(file, archive);
    assertRefused(() -> NpzFile.read(file), impossible("a.npy", size, compressed));
  }

  @Test
  void refusesMoreCompressedBytesThanTheArchiveHas() throws IOException {
    byte[] archive = zip(Map.of("a.npy", vector(2, 8)));
    patch(archive, directory(archive) + COMPRESSED_SIZE_AT, archive.length + 1);
    Files.write(file, archive);
    assertRefused(
        () -> NpzFile.read(file), impossible("a.npy", vector(2, 8).length, archive.length + 1));
  }

  @Test
  void refusesEntriesThatShareTheirBytes() throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a.npy", vector(1000, 4000));
    entries.put("b.npy", vector(1, 4));
    byte[] archive = zip(entries);
    // The second entry claims the bytes of the first once more.
    int first = directory(archive);
    int second = first + 46 + "a.npy".length();
    patch(archive, second + COMPRESSED_SIZE_AT, integer(archive, first + COMPRESSED_SIZE_AT));
    patch(archive, second + SIZE_AT, integer(archive, first + SIZE_AT));
    patch(archive, second + OFFSET_AT, integer(archive, first + OFFSET_AT));
    Files.write(file, archive);
    int compressed = integer(archive, first + COMPRESSED_SIZE_AT);
    assertRefused(
        () -> NpzFile.read(file), impossible("b.npy", vector(1000, 4000).length, compressed));
  }

  @Test
  void refusesEntriesOfAnotherLengthThanDeclared() throws IOException {
    // The shape agrees with the declared 12 bytes of data, the entry holds 8 or 16.
    int declared = vector(3, 12).length;
    byte[] shorter = zip(Map.of("a.npy", vector(3, 8)));
    patch(shorter, directory(shorter) + SIZE_AT, declared);
    Files.write(file, shorter);
    assertRefused(
        () -> NpzFile.read(file),
        file
            + " entry \"a.npy\": byte %d: the entry ends here, the archive says after %d bytes"
                .formatted(declared - 4, declared));
    byte[] longer = zip(Map.of("a.npy", vector(3, 16)));
    patch(longer, directory(longer) + SIZE_AT, declared);
    Files.write(file, longer);
    assertRefused(
        () -> NpzFile.read(file),
        file
            + " entry \"a.npy\": byte %d: the entry is longer than the archive says"
                .formatted(declared));
  }

  @Test
  void refusesLongEntriesOfAnotherLengthThanDeclared() throws IOException {
    // Longer than the first read, so that the end comes while the elements are copied.
    int declared = vector(100_000, 400_000).length;
    byte[] shorter = zip(Map.of("a.npy", vector(100_000, 300_000)));
    patch(shorter, directory(shorter) + SIZE_AT, declared);
    Files.write(file, shorter);
    assertRefused(
        () -> NpzFile.read(file),
        file
            + " entry \"a.npy\": byte %d: the entry ends here, the archive says after %d bytes"
                .formatted(declared - 100_000, declared));
    byte[] longer = zip(Map.of("a.npy", vector(100_000, 500_000)));
    patch(longer, directory(longer) + SIZE_AT, declared);
    Files.write(file, longer);
    assertRefused(
        () -> NpzFile.read(file),
        file
            + " entry \"a.npy\": byte %d: the entry is longer than the archive says"
                .formatted(declared));
  }

  @Test
  void refusesWrongChecksums() throws IOException {
    byte[] archive = zip(Map.of("a.npy", vector(2, 8)));
    patch(archive, directory(archive) + CRC_AT, 1);
    Files.write(file, archive);
    assertRefused(
        () -> NpzFile.read(file),
        file + " entry \"a.npy\": the checksum is wrong: the archive is damaged");
  }

  @Test
  void refusesWhatIsNoZipArchive() throws IOException {
    Files.write(file, new byte[0]);
    assertRefused(() -> NpzFile.read(file), file + ": cannot be read as .npz: zip file is empty");
    byte[] archive = zip(Map.of("a.npy", vector(2, 8)));
    Files.write(file, Arrays.copyOf(archive, archive.length - 30));
    assertRefused(
        () -> NpzFile.read(file), file + ": cannot be read as .npz: zip END header not found");
    assertRefused(
        () -> NpzFile.read(folder.resolve("absent.npz")),
        folder.resolve("absent.npz") + ": no such file");
    assertRefused(() -> NpzFile.read(folder), folder + ": not a regular file");
  }

  /** A file of random data, which deflate cannot shrink. */
  private static byte[] vector(int elements, int dataBytes) {
    byte[] file =
        npy(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,)}".formatted(elements),
            dataBytes);
    byte[] data = new byte[dataBytes];
    new SplittableRandom(SEED).nextBytes(data);
    System.arraycopy(data, 0, file, file.length - dataBytes, dataBytes);
    return file;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** Where the record of the first entry begins in the central directory. */
  private static int directory(byte[] archive) {
    return new String(archive, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
  }

  private String impossible(String entry, int size, int compressed) {
    return "%s entry \"%s\": the archive declares %d bytes in %d compressed ones, which cannot be"
        .formatted(file, entry, size, compressed);
  }

  private static int integer(byte[] archive, int at) {
    return ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }

  private static void patch(byte[] archive, int at, int value) {
    ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
  }
}
