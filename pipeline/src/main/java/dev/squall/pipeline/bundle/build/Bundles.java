package dev.squall.pipeline.bundle.build;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.SourceHash;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.stack.DriverStacks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Builds and checks the bundles of a checkout.
 *
 * @param home root of the checkout
 * @param cache the user's cache folder
 * @param progress told what is being built
 */
public record Bundles(
    Path home, Path cache, List<TornadoSdk> sdks, DriverStacks stacks, Consumer<String> progress) {
  private static final String RESOURCES = "tornado-kernels/src/main/resources";

  /** Where the bundles of the shipped kernels lie. */
  public Path resources() {
    return home.resolve(RESOURCES);
  }

  /**
   * Makes bundles of a target and writes them in place of the old.
   *
   * @param all whether to make those anew, too, whose kernels' source is what it was
   * @return a line for each kernel method that gave none
   * @throws SquallException UNSUPPORTED without the TornadoVM or driver stack for the target
   */
  public List<String> build(BundleTarget target, Path resources, boolean all) {
    BundleFolder folder = new BundleFolder(resources, target);
    BundleBuilder.Result result = make(target, all ? List.of() : ofKernels(target, folder.read()));
    folder.write(result.bundles());
    return result.failures();
  }

  private static List<BuiltBundle> ofKernels(BundleTarget target, List<BuiltBundle> bundles) {
    Set<String> methods = tasks(target).keySet();
    return bundles.stream()
        .filter(
            bundle -> methods.contains(bundle.manifest().code() + "." + bundle.manifest().method()))
        .toList();
  }

  /**
   * Makes all bundles of a target and compares them with those there are.
   *
   * @return names of files that differ, are missing or too many
   */
  public List<String> rebuiltDifferences(BundleTarget target) {
    return new BundleFolder(resources(), target).differences(make(target, List.of()).bundles());
  }

  private BundleBuilder.Result make(BundleTarget target, List<BuiltBundle> reused) {
    Path folder;
    try {
      folder = Files.createTempDirectory("squall-bundles");
    } catch (IOException e) {
      throw SquallException.invalidInput("no temporary folder: " + e.getMessage());
    }
    try {
      if (target == BundleTarget.SPIRV) {
        return translate(folder);
      }
      try (CodeCapture capture = CodeCapture.open(target, sdks, stacks, cache, folder)) {
        BundleBuilder builder =
            new BundleBuilder(target, capture, SourceHash.ofCheckout(home), progress);
        builder.reuse(reused);
        return builder.build(KernelCatalog.load().kernels());
      }
    } finally {
      delete(folder);
    }
  }

  /** SPIR-V of the OpenCL C bundles for GPUs. */
  private BundleBuilder.Result translate(Path folder) {
    SpirvCompiler compiler = new SpirvCompiler(folder);
    List<BuiltBundle> bundles = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (BuiltBundle source : new BundleFolder(resources(), BundleTarget.OPENCL_GPU).read()) {
      String name = source.manifest().file().replace("." + BundleTarget.OPENCL_GPU.extension(), "");
      progress.accept("%s: %s".formatted(BundleTarget.SPIRV.key(), name));
      try {
        bundles.add(
            new BuiltBundle(
                source
                    .manifest()
                    .as(BundleTarget.SPIRV, name + "." + BundleTarget.SPIRV.extension()),
                compiler.compile(name, source.code())));
      } catch (SquallException e) {
        failures.add("%s: %s".formatted(name, e.getMessage()));
      }
    }
    return new BundleBuilder.Result(bundles, failures);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A temporary folder is left behind.
    }
  }

  /**
   * Compares the bundles there are with the kernels' sources, without TornadoVM.
   *
   * @return a line for each kernel method whose bundle is missing or of another source
   */
  public static List<String> stale(Path home, BundleTarget target) {
    SourceHash hashes = SourceHash.ofCheckout(home);
    BundleStore store = BundleStore.load(target);
    List<String> lines = new ArrayList<>();
    Map<String, Task> tasks = tasks(target);
    tasks.forEach(
        (method, task) ->
            hashes
                .of(task.code().getName())
                .ifPresent(
                    hash -> {
                      String found = store.find(task).map(KernelBundle::sourceHash).orElse("");
                      if (found.isEmpty()) {
                        lines.add("%s: no %s bundle".formatted(method, target.key()));
                      } else if (!found.equals(hash)) {
                        lines.add(
                            "%s: the %s bundle is of an older source"
                                .formatted(method, target.key()));
                      }
                    }));
    store.all().stream()
        .filter(bundle -> !tasks.containsKey(bundle.code() + "." + bundle.method()))
        .forEach(
            bundle ->
                lines.add(
                    "%s.%s: a %s bundle of no kernel"
                        .formatted(bundle.code(), bundle.method(), target.key())));
    return lines;
  }

  /** The fewest registers that a variant with a kernel method is laid out for, by the same. */
  public static Map<String, Integer> registers(BundleTarget target) {
    Map<String, Integer> registers = new LinkedHashMap<>();
    forEach(
        target,
        (variant, task) ->
            registers.merge(
                task.code().getName() + "." + task.method(), variant.registers(), Math::min));
    return registers;
  }

  /** Every kernel method that a target should have a bundle of, by class and method. */
  public static Map<String, Task> tasks(BundleTarget target) {
    Map<String, Task> tasks = new LinkedHashMap<>();
    forEach(
        target, (variant, task) -> tasks.put(task.code().getName() + "." + task.method(), task));
    return tasks;
  }

  private static void forEach(BundleTarget target, BiConsumer<Variant.Device, Task> sink) {
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      for (Call call : SampleCalls.of(kernel)) {
        for (Variant variant : kernel.variants()) {
          if (variant instanceof Variant.Device device
              && BundleBuilder.suits(target, device)
              && device.supports(call.sizes(), DeviceTraits.HOST).supported()) {
            device.program().apply(call.sizes()).tasks().forEach(task -> sink.accept(device, task));
          }
        }
      }
    }
  }
}
