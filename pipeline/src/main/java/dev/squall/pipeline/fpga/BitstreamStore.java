package dev.squall.pipeline.fpga;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder of bitstreams with its manifest. */
public final class BitstreamStore {
  public static final String MANIFEST = "manifest.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String NOTE =
      "Bitstreams made from kernel bundles by ./squall fpga build; each loads on its own device"
          + " and driver alone.";

  private final Path folder;
  private final List<Bitstream> bitstreams;

  private BitstreamStore(Path folder, List<Bitstream> bitstreams) {
    this.folder = folder;
    this.bitstreams = List.copyOf(bitstreams);
  }

  private record Manifest(String note, List<Bitstream> bitstreams) {}

  /** Where {@code ./squall fpga build} puts them unless told otherwise, and engines look. */
  public static Path ofCache(Path cache) {
    return cache.resolve("fpga").resolve("bitstreams");
  }

  /**
   * Reads a folder's manifest; without one there are none.
   *
   * @throws SquallException INVALID_INPUT for a manifest that cannot be read
   */
  public static BitstreamStore read(Path folder) {
    Path manifest = folder.resolve(MANIFEST);
    if (!Files.isRegularFile(manifest)) {
      return new BitstreamStore(folder, List.of());
    }
    try {
      return new BitstreamStore(
          folder, JSON.readValue(manifest.toFile(), Manifest.class).bitstreams());
    } catch (IOException | NullPointerException e) {
      throw SquallException.invalidInput(
          "%s: %s; ./squall fpga build makes it anew"
              .formatted(manifest, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  public List<Bitstream> all() {
    return bitstreams;
  }

  /**
   * The contents of a bitstream; empty if there is none of this key, or its file is not the one
   * that the manifest describes.
   */
  public Optional<byte[]> find(String key) {
    for (Bitstream bitstream : bitstreams) {
      if (bitstream.key().equals(key)) {
        try {
          byte[] content = Files.readAllBytes(folder.resolve(bitstream.file()));
          return Bitstream.sha256(content).equals(bitstream.sha256())
              ? Optional.of(content)
              : Optional.empty();
        } catch (IOException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /**
   * A bitstream before it is written.
   *
   * @param kernel class and method
   */
  public record Built(
      String kernel, String entryPoint, String sourceHash, String key, byte[] content) {
    String file() {
      // Class names are unique without their packages, or the bundles' files were not.
      String[] words = kernel.split("\\.");
      return words[words.length - 2] + "." + words[words.length - 1] + Bitstream.EXTENSION;
    }
  }

  /**
   * Writes bitstreams in place of all others in the folder; the manifest comes last.
   *
   * @throws SquallException INVALID_INPUT if the folder cannot be written
   */
  public static BitstreamStore write(Path folder, FpgaDevice device, List<Built> built) {
    List<Bitstream> entries = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      for (Built each : built) {
        AtomicFile.write(folder.resolve(each.file()), each.content());
        entries.add(
            new Bitstream(
                each.kernel(),
                each.entryPoint(),
                each.sourceHash(),
                each.key(),
                device,
                each.file(),
                Bitstream.sha256(each.content())));
      }
      entries.sort(Comparator.comparing(Bitstream::file));
      AtomicFile.write(folder.resolve(MANIFEST), json(new Manifest(NOTE, entries)));
      removeOthers(folder, entries);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, folder + ": cannot be written: " + e.getMessage(), e);
    }
    return new BitstreamStore(folder, entries);
  }

  private static byte[] json(Manifest manifest) {
    try {
      return (JSON.writeValueAsString(manifest) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // text always has a JSON form
    }
  }

  private static void removeOthers(Path folder, List<Bitstream> entries) throws IOException {
    List<String> kept = entries.stream().map(Bitstream::file).toList();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(Bitstream.EXTENSION) && !kept.contains(name)) {
          Files.delete(file);
        }
      }
    }
  }
}
