package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * PyTorch checkpoints as {@code torch.save} writes them since 1.6: a zip archive with a pickle of
 * the tensors' shapes and an entry of plain bytes for each storage.
 *
 * <p>Nothing in the pickle is executed: {@link PickleMachine} knows a short list of opcodes and of
 * names, and refuses everything else.
 */
public final class PytorchFile {
  private static final String PICKLE = "data.pkl";
  private static final int LARGEST_PICKLE = 64 << 20;
  private static final int MOST_TENSORS = 100_000;
  private static final int DEEPEST = 16;
  private static final int MOST_VALUES = 1 << 20;

  /** Tensors may share storages; beyond this many times the file it is an attack. */
  private static final long MOST_SHARING = 16;

  private final Origin origin;
  private final ZipFile zip;
  private final long fileBytes;
  private final Map<String, MemorySegment> storages = new HashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private String folder = "";
  private long unclaimed;
  private long copied;
  private int visited;

  private PytorchFile(Origin origin, ZipFile zip, long fileBytes) {
    this.origin = origin;
    this.zip = zip;
    this.fileBytes = fileBytes;
    unclaimed = fileBytes;
  }

  /**
   * Copies of the tensors by name, those in nested dictionaries as {@code outer.inner}; values that
   * are no tensors are left out.
   *
   * @throws SquallException INVALID_INPUT when the file is absent or is no such archive, when its
   *     pickle holds anything but tensors, plain values and dictionaries and lists of them, and
   *     when a tensor reaches beyond its storage; OUT_OF_MEMORY when they do not fit the memory
   */
  public static Map<String, Tensor> read(Path path) {
    MappedFile.requireRegular(path);
    Origin origin = Origin.of(path);
    try (ZipFile zip = new ZipFile(path.toFile())) {
      PytorchFile file = new PytorchFile(origin, zip, path.toFile().length());
      file.read();
      return Collections.unmodifiableMap(file.tensors);
    } catch (IOException | IllegalArgumentException e) {
      String reason = e instanceof IOException io ? Origin.reason(io) : "a damaged directory";
      throw origin.fault("cannot be read as a PyTorch checkpoint: " + reason);
    }
  }

  private void read() throws IOException {
    ZipEntry pickle = pickle();
    String name = pickle.getName();
    folder = name.substring(0, name.length() - PICKLE.length());
    requireLittleEndian();
    if (pickle.getSize() > LARGEST_PICKLE) {
      throw origin.entry(name).fault("a pickle of more than %d bytes".formatted(LARGEST_PICKLE));
    }
    Object root = new PickleMachine(origin.entry(name), bytes(pickle)).run();
    collect("", root, 0);
    if (tensors.isEmpty()) {
      throw origin.entry(name).fault("holds no tensors");
    }
  }

  private ZipEntry pickle() {
    List<? extends ZipEntry> found =
        zip.stream()
            .filter(
                entry -> entry.getName().equals(PICKLE) || entry.getName().endsWith("/" + PICKLE))
            .limit(2)
            .toList();
    if (found.size() != 1) {
      throw origin.fault(
          found.isEmpty()
              ? "no entry data.pkl: not a PyTorch checkpoint of version 1.6 or later"
              : "several entries data.pkl");
    }
    return found.getFirst();
  }

  private void requireLittleEndian() throws IOException {
    ZipEntry order = zip.getEntry(folder + "byteorder");
    if (order != null && !new String(bytes(order), StandardCharsets.US_ASCII).equals("little")) {
      throw origin.entry(order.getName()).fault("only little-endian storages are read");
    }
  }

  /**
   * PyTorch stores entries as they are, so that a size that is declared is a size that is there.
   */
  private byte[] bytes(ZipEntry entry) throws IOException {
    Origin from = origin.entry(entry.getName());
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
      throw from.fault("is compressed; PyTorch stores its entries");
    }
    // Entries that share bytes are how small archives become huge.
    unclaimed -= entry.getSize();
    if (entry.getSize() < 0 || unclaimed < 0 || entry.getSize() > Integer.MAX_VALUE - 8) {
      throw from.fault("the archive declares %d bytes, which cannot be".formatted(entry.getSize()));
    }
    try (InputStream content = zip.getInputStream(entry)) {
      byte[] bytes = content.readNBytes((int) entry.getSize());
      if (bytes.length != entry.getSize()) {
        throw from.fault(bytes.length, "the entry ends here");
      }
      return bytes;
    }
  }

  private void collect(String name, Object value, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw origin.fault("dictionaries nested deeper than %d".formatted(DEEPEST));
    }
    // A dictionary may be in many others, and these in many again.
    if (++visited > MOST_VALUES) {
      throw origin.fault("more than %d values".formatted(MOST_VALUES));
    }
    switch (value) {
      case PickleMachine.TensorView view -> put(name, tensor(name, view));
      case Map<?, ?> map -> {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String key = String.valueOf(entry.getKey());
          collect(name.isEmpty() ? key : name + "." + key, entry.getValue(), depth + 1);
        }
      }
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          collect(name.isEmpty() ? "" + i : name + "." + i, list.get(i), depth + 1);
        }
      }
      case null, default -> {}
    }
  }

  private void put(String name, Tensor tensor) {
    if (tensors.size() == MOST_TENSORS) {
      throw origin.fault("more than %d tensors".formatted(MOST_TENSORS));
    }
    if (tensors.put(name, tensor) != null) {
      throw origin.fault("a second tensor " + Origin.quote(name));
    }
  }

  private Tensor tensor(String name, PickleMachine.TensorView view) throws IOException {
    PickleMachine.Storage storage = view.storage();
    Optional<String> complaint = view.complaint();
    if (complaint.isPresent()) {
      throw origin.fault("tensor %s: %s".formatted(Origin.quote(name), complaint.get()));
    }
    MemorySegment bytes = storage(storage);
    copied += view.elements() * storage.type().bytes();
    if (copied > MOST_SHARING * fileBytes) {
      throw origin.fault("tensors share storages more than %d times".formatted(MOST_SHARING));
    }
    Tensor tensor = Tensor.allocate(storage.type(), view.shape());
    view.copy(bytes, tensor.data());
    return tensor;
  }

  private MemorySegment storage(PickleMachine.Storage storage) throws IOException {
    MemorySegment known = storages.get(storage.key());
    if (known == null) {
      String name = folder + "data/" + storage.key();
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        throw origin.fault("no storage " + Origin.quote(name));
      }
      known = MemorySegment.ofArray(bytes(entry));
      storages.put(storage.key(), known);
    }
    if (known.byteSize() / storage.type().bytes() != storage.elements()
        || known.byteSize() % storage.type().bytes() != 0) {
      throw origin.fault(
          "storage %s has %d bytes, %d elements of %s are declared"
              .formatted(
                  Origin.quote(storage.key()),
                  known.byteSize(),
                  storage.elements(),
                  storage.type().label()));
    }
    return known;
  }
}
