package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What stands before the elements of a {@code .npy} file: the magic, a version, the length of the
 * header and a Python dictionary with the keys {@code descr}, {@code fortran_order} and {@code
 * shape} (NumPy, format specification of {@code numpy.lib.format}).
 *
 * @param dataOffset byte at which the elements begin
 */
record NpyHeader(ElementType type, long[] shape, long dataOffset) {
  /** No header of a plain array is longer; structured types, which may be, are not supported. */
  private static final int LONGEST_DICTIONARY = 65_535;

  /** As many bytes as {@link #parse} may have to see. */
  static final int LONGEST = 12 + LONGEST_DICTIONARY;

  private static final byte[] MAGIC = "\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1);
  private static final int VERSION_AT = 6;
  private static final int LENGTH_AT = 8;
  private static final int ALIGNMENT = 64;

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final Map<ElementType, String> DESCRIPTIONS =
      new EnumMap<>(
          Map.ofEntries(
              Map.entry(ElementType.F64, "<f8"),
              Map.entry(ElementType.F32, "<f4"),
              Map.entry(ElementType.F16, "<f2"),
              Map.entry(ElementType.I64, "<i8"),
              Map.entry(ElementType.I32, "<i4"),
              Map.entry(ElementType.I16, "<i2"),
              Map.entry(ElementType.I8, "|i1"),
              Map.entry(ElementType.U64, "<u8"),
              Map.entry(ElementType.U32, "<u4"),
              Map.entry(ElementType.U16, "<u2"),
              Map.entry(ElementType.U8, "|u1"),
              Map.entry(ElementType.BOOL, "|b1")));

  /** Whether {@code start} begins as every {@code .npy} file does. */
  static boolean hasMagic(MemorySegment start) {
    return start.byteSize() >= MAGIC.length
        && start.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
  }

  /**
   * Reads the header and checks that the elements fill the rest of the file.
   *
   * @param start the whole file, or its first {@link #LONGEST} bytes
   * @param fileBytes size of the whole file
   * @throws SquallException INVALID_INPUT for anything but a C-ordered, little-endian array of
   *     plain numbers that is as long as its shape says
   */
  static NpyHeader parse(Origin origin, MemorySegment start, long fileBytes) {
    if (!hasMagic(start)) {
      throw origin.fault(0, "not a .npy file: it does not begin with \\x93NUMPY");
    }
    if (fileBytes < LENGTH_AT + Short.BYTES) {
      throw origin.fault(fileBytes, "the file ends inside its header");
    }
    int major = start.get(ValueLayout.JAVA_BYTE, VERSION_AT) & 0xFF;
    int minor = start.get(ValueLayout.JAVA_BYTE, VERSION_AT + 1) & 0xFF;
    if (major < 1 || major > 3 || minor != 0) {
      throw origin.fault(
          VERSION_AT,
          "unknown version %d.%d of the .npy format; save it as version 1.0, 2.0 or 3.0"
              .formatted(major, minor));
    }
    int dictionaryAt = LENGTH_AT + (major == 1 ? Short.BYTES : Integer.BYTES);
    if (fileBytes < dictionaryAt) {
      throw origin.fault(fileBytes, "the file ends inside its header");
    }
    long length =
        major == 1
            ? Short.toUnsignedLong(start.get(U16, LENGTH_AT))
            : Integer.toUnsignedLong(start.get(U32, LENGTH_AT));
    if (length > LONGEST_DICTIONARY) {
      throw origin.fault(
          LENGTH_AT, "header length %d exceeds %d".formatted(length, LONGEST_DICTIONARY));
    }
    if (length > fileBytes - dictionaryAt) {
      throw origin.fault(
          LENGTH_AT,
          "header length %d reaches beyond the end of the file (%d bytes)"
              .formatted(length, fileBytes));
    }
    byte[] dictionary = start.asSlice(dictionaryAt, length).toArray(ValueLayout.JAVA_BYTE);
    NpyHeader header = new NpyDictionary(origin, dictionary, dictionaryAt).parse();
    header.requireSize(origin, fileBytes);
    return header;
  }

  /** The element type that NumPy calls {@code description}, or null. */
  static ElementType typeOf(String description) {
    // Byte order has no meaning for single bytes; both of its marks occur.
    String usual = description.matches("<[iub]1") ? "|" + description.substring(1) : description;
    return DESCRIPTIONS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(usual))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  static String knownDescriptions() {
    return String.join(" ", DESCRIPTIONS.values());
  }

  /**
   * The bytes of a version 1.0 header, padded so that the elements begin on a 64-byte boundary.
   *
   * @throws SquallException INVALID_INPUT for BF16, which NumPy does not have, and for more axes
   *     than NumPy reads
   */
  static byte[] format(Origin origin, TensorType tensor) {
    String description = DESCRIPTIONS.get(tensor.type());
    if (description == null) {
      throw origin.fault(
          "a .npy file cannot hold %s; convert to f32 or write .safetensors"
              .formatted(tensor.type().label()));
    }
    if (tensor.shape().size() > Extents.MOST_AXES) {
      throw origin.fault("a .npy file holds at most %d axes".formatted(Extents.MOST_AXES));
    }
    String comma = tensor.shape().size() == 1 ? "," : "";
    String shape =
        tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(", ", "(", comma));
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s), }".formatted(description, shape);
    int unpadded = LENGTH_AT + Short.BYTES + dictionary.length() + 1;
    String padded = dictionary + " ".repeat(Math.floorMod(-unpadded, ALIGNMENT)) + "\n";
    MemorySegment header =
        MemorySegment.ofArray(new byte[LENGTH_AT + Short.BYTES + padded.length()]);
    MemorySegment.copy(MAGIC, 0, header, ValueLayout.JAVA_BYTE, 0, MAGIC.length);
    header.set(ValueLayout.JAVA_BYTE, VERSION_AT, (byte) 1);
    header.set(U16, LENGTH_AT, (short) padded.length());
    byte[] ascii = padded.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(
        ascii, 0, header, ValueLayout.JAVA_BYTE, LENGTH_AT + Short.BYTES, ascii.length);
    return header.toArray(ValueLayout.JAVA_BYTE);
  }

  private void requireSize(Origin origin, long fileBytes) {
    TensorType tensor = new TensorType(type, Arrays.stream(shape).boxed().toList());
    long needed =
        Extents.bytes(type, shape)
            .orElseThrow(() -> origin.fault(dataOffset, tensor + " is larger than any file"));
    long present = fileBytes - dataOffset;
    if (present != needed) {
      throw origin.fault(
          dataOffset,
          "%s needs %d bytes, %d follow the header; the file is %s"
              .formatted(
                  tensor, needed, present, present < needed ? "truncated" : "longer than it says"));
    }
  }
}
