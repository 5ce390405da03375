package dev.squall.pipeline.arc;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Compiles bundles for Intel's GPUs and validates them, without a GPU or its driver. */
public final class ArcCheck {
  private static final String REMEDY =
      "%s is not on the PATH; ./squall setup arc-capture brings it (Debian: %s)";

  private final OfflineCompiler compiler;
  private final SpirvValidator validator;
  private final FindingCache known;
  private final int threads;

  private ArcCheck(
      OfflineCompiler compiler, SpirvValidator validator, FindingCache known, int threads) {
    this.compiler = compiler;
    this.validator = validator;
    this.known = known;
    this.threads = threads;
  }

  /**
   * @param path folders in which programs are found, as in {@code PATH}
   * @param cache file that remembers what was compiled before
   * @throws SquallException UNSUPPORTED naming the program that is missing and what brings it
   */
  public static ArcCheck of(String path, Path cache) {
    Tool compiler = require(OfflineCompiler.PROGRAM, "intel-opencl-icd", path);
    Tool validator = require(SpirvValidator.PROGRAM, "spirv-tools", path);
    return new ArcCheck(
        new OfflineCompiler(compiler),
        new SpirvValidator(validator),
        FindingCache.read(cache, compiler.identity("libigc.so", "libigdfcl.so", "libocloc.so")),
        Runtime.getRuntime().availableProcessors());
  }

  private static Tool require(String program, String debianPackage, String path) {
    return Tool.find(program, path)
        .orElseThrow(() -> SquallException.unsupported(REMEDY.formatted(program, debianPackage)));
  }

  /**
   * Validates every SPIR-V bundle and compiles every bundle for every {@link GpuModel}.
   *
   * @param stores of targets for Intel's GPUs
   * @param given whether such a GPU is given a bundle's kernel
   * @param progress told what has been checked
   * @return the findings by target and file, validity first
   */
  public List<ArcFinding> run(
      List<BundleStore> stores, Predicate<KernelBundle> given, Consumer<String> progress) {
    Path folder = temporaryFolder();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<List<ArcFinding>>> running = new ArrayList<>();
      for (BundleStore store : stores) {
        List<KernelBundle> bundles = new ArrayList<>(store.all());
        bundles.sort(Comparator.comparing(KernelBundle::file));
        for (KernelBundle bundle : bundles) {
          running.add(
              pool.submit(
                  () -> {
                    List<ArcFinding> findings =
                        check(bundle, given.test(bundle), store.code(bundle), folder);
                    progress.accept(bundle.target().key() + " " + bundle.file());
                    return findings;
                  }));
        }
      }
      List<ArcFinding> findings = new ArrayList<>();
      for (Future<List<ArcFinding>> one : running) {
        findings.addAll(result(one));
      }
      return findings;
    } finally {
      known.write();
      delete(folder);
    }
  }

  private List<ArcFinding> check(KernelBundle bundle, boolean given, byte[] code, Path parent)
      throws IOException {
    Path folder = Files.createTempDirectory(parent, bundle.target().key());
    try {
      Path source = Files.write(folder.resolve(bundle.file()), code);
      List<ArcFinding> findings = new ArrayList<>();
      if (bundle.target() == BundleTarget.SPIRV) {
        findings.add(new ArcFinding.Validity(bundle, validator.complaint(source, folder)));
      }
      for (GpuModel model : GpuModel.values()) {
        findings.add(compile(bundle, given, code, source, model));
      }
      return findings;
    } finally {
      delete(folder);
    }
  }

  private ArcFinding compile(
      KernelBundle bundle, boolean given, byte[] code, Path source, GpuModel model) {
    try {
      Optional<CompiledKernel> kernel = known.find(bundle, code, model);
      if (kernel.isEmpty()) {
        kernel = Optional.of(compiler.compile(bundle, source, model, source.getParent()));
        known.put(bundle, code, model, kernel.get());
      }
      return new ArcFinding.Compilation(bundle, model, given, kernel, "");
    } catch (SquallException e) {
      if (e.errorClass() != ErrorClass.COMPILE) {
        throw e;
      }
      return new ArcFinding.Compilation(bundle, model, given, Optional.empty(), e.getMessage());
    }
  }

  private static List<ArcFinding> result(Future<List<ArcFinding>> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SquallException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SquallException(ErrorClass.TIMEOUT, "interrupted while compiling");
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("squall-arc-");
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY, "no temporary folder: " + e.getMessage(), e);
    }
  }

  private static void delete(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isDirectory(file)) {
          delete(file);
        } else {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    } catch (IOException e) {
      // Temporary files that the system removes.
    }
  }
}
