package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A {@code .safetensors} file, mapped: opening reads the header, tensors are views. */
public final class SafetensorsFile {
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int NAMES_IN_ERROR = 8;

  private final Origin origin;
  private final SafetensorsHeader header;
  private final MemorySegment data;

  private SafetensorsFile(Origin origin, SafetensorsHeader header, MemorySegment data) {
    this.origin = origin;
    this.header = header;
    this.data = data;
  }

  /**
   * Maps a file and checks its whole header.
   *
   * @throws SquallException INVALID_INPUT when the file is absent, unreadable or malformed
   */
  public static SafetensorsFile open(Path path) {
    return parse(Origin.of(path), MappedFile.map(path));
  }

  static SafetensorsFile parse(Origin origin, MemorySegment file) {
    if (file.byteSize() < SafetensorsHeader.LENGTH_BYTES) {
      throw origin.fault(
          file.byteSize(), "the file ends inside the 8 bytes of its header's length");
    }
    long length = file.get(U64, 0);
    if (Long.compareUnsigned(length, SafetensorsHeader.LONGEST) > 0) {
      throw origin.fault(
          0,
          "header length %s exceeds %d; this is no safetensors file"
              .formatted(Long.toUnsignedString(length), SafetensorsHeader.LONGEST));
    }
    long dataAt = SafetensorsHeader.LENGTH_BYTES + length;
    if (dataAt > file.byteSize()) {
      throw origin.fault(
          0,
          "header length %d reaches beyond the end of the file (%d bytes)"
              .formatted(length, file.byteSize()));
    }
    byte[] json =
        file.asSlice(SafetensorsHeader.LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = file.asSlice(dataAt);
    return new SafetensorsFile(
        origin, SafetensorsHeader.parse(origin, json, data.byteSize()), data);
  }

  /** The names of the tensors, in the order of the header. */
  public Set<String> names() {
    return header.entries().keySet();
  }

  /** The free text that the file carries under {@code __metadata__}; empty if there is none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * A tensor as a read-only view of the file.
   *
   * @throws SquallException INVALID_INPUT when the file has no tensor of that name, or one of an
   *     element type that {@link ElementType} does not have
   */
  public Tensor tensor(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw origin.fault("no tensor %s; it holds %s".formatted(Origin.quote(name), someNames()));
    }
    ElementType type =
        entry
            .type()
            .orElseThrow(
                () ->
                    origin.fault(
                        entry.at(),
                        "tensor %s: dtype %s is not supported; convert to one of %s"
                            .formatted(
                                Origin.quote(name),
                                Origin.quote(entry.dtype()),
                                Arrays.stream(ElementType.values())
                                    .map(ElementType::name)
                                    .collect(Collectors.joining(" ")))));
    MemorySegment elements = data.asSlice(entry.begin(), entry.end() - entry.begin());
    return Tensor.over(type, elements, entry.shape());
  }

  /** All tensors, in the order of the header; as {@link #tensor} for each. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    names().forEach(name -> tensors.put(name, tensor(name)));
    return Collections.unmodifiableMap(tensors);
  }

  private String someNames() {
    if (names().isEmpty()) {
      return "none";
    }
    String some =
        names().stream().limit(NAMES_IN_ERROR).map(Origin::quote).collect(Collectors.joining(", "));
    int more = names().size() - NAMES_IN_ERROR;
    return more > 0 ? some + " and " + more + " more" : some;
  }
}
