package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One search for stacks. */
final class StackSearch {
  private static final String LOADER_NAME = "libze_loader.so.1";
  private static final String INTEL_LEVEL_ZERO = "libze_intel_gpu.so.1";
  private static final String LIBRARY_PATH = "LD_LIBRARY_PATH";
  private static final String PRELOAD = "LD_PRELOAD";
  private static final String POCL_CACHE = "POCL_CACHE_DIR";

  private final Surroundings surroundings;
  private final List<DriverStack> found = new ArrayList<>();
  private final List<MissingStack> missing = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** Drivers that a stack already stands for; capture mode is a stack besides the driver's own. */
  private final Set<Path> drivers = new HashSet<>();

  StackSearch(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  DriverStacks search() {
    installed();
    String chosen = surroundings.environment().getOrDefault(DriverStack.VENDORS, "");
    if (chosen.isBlank()) {
      registered(surroundings.systemVendors());
      unregistered();
    } else {
      chosen(chosen);
    }
    absent();
    return new DriverStacks(found, missing);
  }

  private void installed() {
    for (Path folder : children(StackFolder.all(surroundings.cache()), "stacks")) {
      StackFolder stack = new StackFolder(folder);
      if (stack.stackName().startsWith(".") || !Files.isDirectory(folder)) {
        continue; // being built, or left by a setup that was killed
      }
      read(stack.icd(), stack.stackName()).ifPresent(icd -> addInstalled(icd, stack));
    }
  }

  private void addInstalled(IcdFile icd, StackFolder folder) {
    Optional<Path> library = library(icd);
    if (library.isPresent()) {
      boolean capture = folder.stackName().equals(KnownStack.ARC_CAPTURE.stackName());
      if (capture || drivers.add(real(library.get()))) {
        Map<String, String> environment = environment(library.get(), capture);
        if (real(library.get()).startsWith(real(folder.path()))) {
          environment.put(LIBRARY_PATH, before(LIBRARY_PATH, library.get().getParent().toString()));
        }
        add(icd.file(), folder.stackName(), library.get(), folder.vendors(), environment, capture);
      }
    }
  }

  /** The user's own choice hides what is registered for the whole machine. */
  private void chosen(String vendors) {
    try {
      Path path = Path.of(vendors).toAbsolutePath();
      if (Files.exists(path)) {
        registered(path);
        return;
      }
    } catch (InvalidPathException e) {
      // Not there either.
    }
    missing.add(
        new MissingStack(
            DriverStack.VENDORS,
            "%s is %s, which is not there".formatted(DriverStack.VENDORS, vendors),
            "unset " + DriverStack.VENDORS));
  }

  private void registered(Path vendors) {
    List<Path> files =
        vendors.toString().endsWith(IcdFile.SUFFIX)
            ? List.of(vendors)
            : children(vendors, "vendors");
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (name.endsWith(IcdFile.SUFFIX)) {
        String stem = name.substring(0, name.length() - IcdFile.SUFFIX.length());
        read(file, stem).ifPresent(this::addRegistered);
      }
    }
  }

  private void addRegistered(IcdFile icd) {
    // A bare name that is not found here may still be known to the dynamic loader.
    boolean bare = !icd.library().contains("/");
    Optional<Path> library = bare ? surroundings.libraries().find(icd.library()) : library(icd);
    if (!bare && library.isEmpty()) {
      return;
    }
    Path driver = library.orElseGet(() -> Path.of(icd.library()));
    if (!drivers.add(real(driver))) {
      return;
    }
    String name =
        KnownStack.ofLibrary(driver.getFileName().toString())
            .map(KnownStack::stackName)
            .filter(known -> !names.contains(known))
            .orElse(icd.stem());
    add(icd.file(), name, driver, vendors(driver), environment(driver, false), false);
  }

  /** A folder for one driver; its name tells the driver, so that it never needs a change. */
  private Path vendors(Path driver) {
    return surroundings
        .cache()
        .resolve("vendors")
        .resolve(driver.getFileName() + "-" + Fingerprint.hash(driver.toString()).substring(0, 8));
  }

  /** GPUs whose driver nobody registered: containers often get NVIDIA's library without it. */
  private void unregistered() {
    Gpus gpus = surroundings.gpus();
    if (gpus.nvidia() && lacks("libnvidia-opencl.so")) {
      Optional<Path> driver = surroundings.libraries().find("libnvidia-opencl.so.1");
      if (driver.isPresent()) {
        Path vendors = vendors(driver.get());
        Path icd = vendors.resolve("nvidia" + IcdFile.SUFFIX);
        add(icd, "nvidia", driver.get(), vendors, environment(driver.get(), false), false);
      } else {
        lackingDriver("nvidia", "NVIDIA", "nvidia-opencl-icd, of the kernel driver's version");
      }
    }
    if (gpus.ofVendor(Gpus.INTEL) && lacks(KnownStack.ARC_CAPTURE.libraryName())) {
      lackingDriver("intel", "Intel", "intel-opencl-icd");
    }
    if (gpus.ofVendor(Gpus.AMD)
        && lacks("libamdocl64.so")
        && lacks("libMesaOpenCL.so")
        && lacks("libRusticlOpenCL.so")) {
      lackingDriver("amd", "AMD", "mesa-opencl-icd, or AMD's ROCm");
    }
  }

  private boolean lacks(String driver) {
    return found.stream()
        .filter(stack -> !stack.capture())
        .noneMatch(stack -> stack.library().getFileName().toString().startsWith(driver));
  }

  private void lackingDriver(String name, String maker, String packages) {
    String first = packages.split("[, ]")[0];
    missing.add(
        new MissingStack(
            name,
            "there is a GPU of %s and no OpenCL driver for it".formatted(maker),
            "sudo apt-get install -y %s (Debian: %s)".formatted(first, packages)));
  }

  private void absent() {
    for (KnownStack stack : KnownStack.values()) {
      String name = stack.stackName();
      if (names.contains(name) || missing.stream().anyMatch(one -> one.name().equals(name))) {
        continue;
      }
      if (surroundings.canHave(stack)) {
        missing.add(new MissingStack(name, "not set up", stack.remedy()));
      } else {
        missing.add(
            new MissingStack(
                name,
                "there is none for " + surroundings.platform(),
                "run on Linux on x86-64: " + stack.remedy()));
      }
    }
  }

  private void add(
      Path icd,
      String wanted,
      Path library,
      Path vendors,
      Map<String, String> environment,
      boolean capture) {
    String name = wanted;
    for (int i = 2; !names.add(name); i++) {
      name = wanted + "-" + i;
    }
    environment.put(DriverStack.VENDORS, vendors.toString());
    Fingerprint fingerprint =
        new Fingerprint()
            .file(icd)
            .file(library)
            .variables(environment, surroundings.environment())
            .gpus(surroundings.gpus());
    found.add(
        new DriverStack(
            name,
            icd,
            library,
            vendors,
            environment,
            capture,
            levelZeroLoader(library),
            fingerprint.toString()));
  }

  /** What this driver needs, wherever it lies. */
  private Map<String, String> environment(Path library, boolean capture) {
    Map<String, String> environment = new HashMap<>();
    Optional<KnownStack> known = KnownStack.ofLibrary(library.getFileName().toString());
    if (known.equals(Optional.of(KnownStack.POCL))
        && !surroundings.environment().containsKey(POCL_CACHE)) {
      environment.put(POCL_CACHE, surroundings.cache().resolve("pocl").toString());
    }
    if (known.equals(Optional.of(KnownStack.INTEL_CPU))) {
      // The runtime's crash handlers would take signals that the JVM needs.
      Path chaining = surroundings.javaHome().resolve("lib").resolve("libjsig.so");
      environment.put(PRELOAD, before(PRELOAD, chaining.toString()));
    }
    if (capture) {
      environment.putAll(CAPTURE);
    }
    return environment;
  }

  /** 8 slices of 4 sub-slices of 16 execution units: the Arc A770. */
  private static final Map<String, String> CAPTURE =
      Map.of(
          "NEOReadDebugKeys", "1",
          "SetCommandStreamReceiver", "1",
          "ProductFamilyOverride", "dg2",
          "HardwareInfoOverride", "8x4x16",
          "ForceDeviceId", "0x56a0");

  private Optional<Path> levelZeroLoader(Path library) {
    boolean intelGpu = KnownStack.ARC_CAPTURE.isDriver(library.getFileName().toString());
    Libraries libraries = surroundings.libraries();
    return intelGpu && libraries.find(INTEL_LEVEL_ZERO).isPresent()
        ? libraries.find(LOADER_NAME)
        : Optional.empty();
  }

  /** {@code value} in front of what the user's variable of this name holds. */
  private String before(String variable, String value) {
    String inherited = surroundings.environment().getOrDefault(variable, "");
    return inherited.isBlank() ? value : value + ":" + inherited;
  }

  private Optional<IcdFile> read(Path file, String name) {
    try {
      return Optional.of(IcdFile.read(file));
    } catch (IOException | RuntimeException e) {
      missing.add(new MissingStack(name, file + " " + reason(e), remedy(file, name)));
      return Optional.empty();
    }
  }

  /** The driver that {@code icd} names by its path; a dead one is noted as missing. */
  private Optional<Path> library(IcdFile icd) {
    Optional<Path> library = surroundings.libraries().find(icd.library());
    if (library.isEmpty()) {
      missing.add(
          new MissingStack(
              icd.stem(),
              "%s names %s, which is not there".formatted(icd.file(), icd.library()),
              KnownStack.ofLibrary(fileName(icd.library()))
                  .map(KnownStack::remedy)
                  .orElseGet(() -> remedy(icd.file(), icd.stem()))));
    }
    return library;
  }

  private static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private String remedy(Path icd, String name) {
    if (icd.startsWith(StackFolder.all(surroundings.cache()))) {
      for (KnownStack stack : KnownStack.values()) {
        if (stack.stackName().equals(name)) {
          return stack.remedy();
        }
      }
      return "remove " + icd.getParent().getParent();
    }
    return "install its driver's package again, or remove " + icd;
  }

  private List<Path> children(Path folder, String name) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of(); // nothing was set up or registered
    } catch (IOException | RuntimeException e) {
      missing.add(
          new MissingStack(name, folder + " " + reason(e), "make the folder readable: " + folder));
      return List.of();
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }

  private static String reason(Exception e) {
    if (e instanceof AccessDeniedException) {
      return "cannot be read: permission denied";
    }
    if (e instanceof IOException && e.getClass() == IOException.class) {
      return e.getMessage();
    }
    return "cannot be read: " + e;
  }
}
