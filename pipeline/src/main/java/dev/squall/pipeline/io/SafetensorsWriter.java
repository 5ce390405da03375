package dev.squall.pipeline.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes {@code .safetensors} files. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * Writes tensors and metadata in the iteration order of the maps, whole or not at all. The same
   * maps give the same bytes.
   *
   * @throws SquallException OUT_OF_MEMORY when the disk is full; INVALID_INPUT when the path cannot
   *     be written, for a tensor named {@code __metadata__}, and for more than the format allows
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<MemorySegment> parts = new ArrayList<>();
    parts.add(MemorySegment.ofArray(header(Origin.of(path), tensors, metadata)));
    tensors.values().forEach(tensor -> parts.add(tensor.data()));
    AtomicFile.write(path, parts);
  }

  private static byte[] header(
      Origin origin, Map<String, Tensor> tensors, Map<String, String> metadata) {
    byte[] json = json(origin, tensors, metadata);
    int length = json.length + Math.floorMod(-json.length, ALIGNMENT);
    if (length > SafetensorsHeader.LONGEST) {
      throw origin.fault(
          "header of %d bytes exceeds %d; write several files"
              .formatted(length, SafetensorsHeader.LONGEST));
    }
    ByteBuffer header =
        ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.array();
  }

  private static byte[] json(
      Origin origin, Map<String, Tensor> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        begin = describe(origin, json, entry.getKey(), entry.getValue(), begin);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw origin.fault("cannot describe the tensors: " + Origin.reason(e));
    }
    return bytes.toByteArray();
  }

  /** Describes a tensor whose elements begin at {@code begin}, and returns where they end. */
  private static long describe(
      Origin origin, JsonGenerator json, String name, Tensor tensor, long begin)
      throws IOException {
    if (name.equals(SafetensorsHeader.METADATA)) {
      throw origin.fault("a tensor cannot be named " + name);
    }
    if (tensor.rank() > Extents.MOST_AXES) {
      throw origin.fault(
          "tensor %s has more than %d axes".formatted(Origin.quote(name), Extents.MOST_AXES));
    }
    long end = begin + tensor.bytes();
    json.writeObjectFieldStart(name);
    json.writeStringField("dtype", tensor.type().name());
    json.writeFieldName("shape");
    json.writeArray(tensor.shape(), 0, tensor.rank());
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {begin, end}, 0, 2);
    json.writeEndObject();
    return end;
  }
}
