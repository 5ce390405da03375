package dev.squall.pipeline.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Support;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The bundles of a target on the class path: every {@code META-INF/squall/bundles/TARGET/} with a
 * {@code manifest.json}, so that other jars can bring bundles of their own kernels.
 */
public final class BundleStore {
  /** Folder of all bundles, under a target's key. */
  public static final String FOLDER = "META-INF/squall/bundles/";

  public static final String MANIFEST = "manifest.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BundleTarget target;
  private final Map<String, KernelBundle> byMethod;
  private final Map<KernelBundle, String> folders;

  private BundleStore(
      BundleTarget target, Map<String, KernelBundle> byMethod, Map<KernelBundle, String> folders) {
    this.target = target;
    this.byMethod = byMethod;
    this.folders = folders;
  }

  /**
   * Reads the manifests of a target.
   *
   * @throws SquallException INVALID_INPUT naming a manifest that cannot be read
   */
  public static BundleStore load(BundleTarget target) {
    Map<String, KernelBundle> byMethod = new HashMap<>();
    Map<KernelBundle, String> folders = new HashMap<>();
    String name = FOLDER + target.key() + "/" + MANIFEST;
    try {
      for (URL manifest : Collections.list(BundleStore.class.getClassLoader().getResources(name))) {
        for (KernelBundle bundle : read(manifest).bundles()) {
          byMethod.putIfAbsent(key(bundle.code(), bundle.method()), bundle);
          folders.putIfAbsent(bundle, parent(manifest));
        }
      }
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot read " + name + ": " + e.getMessage());
    }
    return new BundleStore(target, byMethod, folders);
  }

  private static Manifest read(URL manifest) {
    try (InputStream in = manifest.openStream()) {
      return JSON.readValue(in, Manifest.class);
    } catch (IOException e) {
      throw SquallException.invalidInput(
          "kernel bundles: %s: %s".formatted(manifest, e.getMessage()));
    }
  }

  private static String parent(URL manifest) {
    String text = manifest.toString();
    return text.substring(0, text.lastIndexOf('/') + 1);
  }

  private static String key(String code, String method) {
    return code + "." + method;
  }

  public Collection<KernelBundle> all() {
    return Collections.unmodifiableCollection(byMethod.values());
  }

  public Optional<KernelBundle> find(Task task) {
    return Optional.ofNullable(byMethod.get(key(task.code().getName(), task.method())));
  }

  /**
   * The bundle of a task.
   *
   * @throws SquallException UNSUPPORTED if there is none
   */
  public KernelBundle of(Task task) {
    return find(task).orElseThrow(() -> SquallException.unsupported(absence(task)));
  }

  /** Whether every task of a program has a bundle. */
  public Support supports(Program program) {
    return program.tasks().stream()
        .filter(task -> find(task).isEmpty())
        .findFirst()
        .map(task -> Support.no(absence(task)))
        .orElse(Support.yes());
  }

  private String absence(Task task) {
    return "no %s bundle of %s.%s; ./squall bundle build makes it"
        .formatted(target.key(), task.code().getSimpleName(), task.method());
  }

  /**
   * The code of a bundle.
   *
   * @throws SquallException COMPILE if it cannot be read
   */
  public byte[] code(KernelBundle bundle) {
    try (InputStream in = URI.create(folders.get(bundle) + bundle.file()).toURL().openStream()) {
      return in.readAllBytes();
    } catch (IOException | IllegalArgumentException e) {
      throw new SquallException(
          ErrorClass.COMPILE,
          "kernel bundle %s of %s: %s".formatted(bundle.file(), target.key(), e.getMessage()),
          e);
    }
  }
}
