package dev.squall.pipeline.bundle.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.Manifest;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of a target's bundles under a resource root. */
final class BundleFolder {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;

  BundleFolder(Path resources, BundleTarget target) {
    this.folder = resources.resolve(BundleStore.FOLDER).resolve(target.key());
  }

  /**
   * The bundles that are there.
   *
   * @throws SquallException INVALID_INPUT if they cannot be read
   */
  List<BuiltBundle> read() {
    Path manifest = folder.resolve(BundleStore.MANIFEST);
    try {
      List<BuiltBundle> bundles = new ArrayList<>();
      for (KernelBundle bundle : JSON.readValue(manifest.toFile(), Manifest.class).bundles()) {
        bundles.add(new BuiltBundle(bundle, Files.readAllBytes(folder.resolve(bundle.file()))));
      }
      return bundles;
    } catch (IOException e) {
      throw SquallException.invalidInput(manifest + ": cannot be read: " + e.getMessage());
    }
  }

  /** Writes these bundles in place of all others. */
  void write(List<BuiltBundle> bundles) {
    try {
      Files.createDirectories(folder);
      Map<String, byte[]> files = files(bundles);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        AtomicFile.write(folder.resolve(file.getKey()), file.getValue());
      }
      for (String name : present()) {
        if (!files.containsKey(name)) {
          Files.delete(folder.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT, folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Names of files that differ from what {@code bundles} would write, or are missing, or too many.
   */
  List<String> differences(List<BuiltBundle> bundles) {
    Map<String, byte[]> wanted = files(bundles);
    Set<String> different = new TreeSet<>();
    try {
      for (String name : present()) {
        byte[] file = wanted.get(name);
        if (file == null || !Arrays.equals(file, Files.readAllBytes(folder.resolve(name)))) {
          different.add(name);
        }
      }
      wanted.keySet().stream().filter(name -> !exists(name)).forEach(different::add);
    } catch (IOException e) {
      throw SquallException.invalidInput(folder + ": cannot be read: " + e.getMessage());
    }
    return List.copyOf(different);
  }

  private boolean exists(String name) {
    return Files.exists(folder.resolve(name));
  }

  private Set<String> present() throws IOException {
    if (!Files.isDirectory(folder)) {
      return Set.of();
    }
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private static Map<String, byte[]> files(List<BuiltBundle> bundles) {
    Map<String, byte[]> files = new TreeMap<>();
    for (BuiltBundle bundle : bundles) {
      if (files.put(bundle.manifest().file(), bundle.code()) != null) {
        throw new IllegalStateException("two bundles are called " + bundle.manifest().file());
      }
    }
    files.put(BundleStore.MANIFEST, manifest(bundles));
    return files;
  }

  private static byte[] manifest(List<BuiltBundle> bundles) {
    List<KernelBundle> manifests = bundles.stream().map(BuiltBundle::manifest).toList();
    try {
      return (JSON.writeValueAsString(new Manifest(Manifest.NOTE, manifests)) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
