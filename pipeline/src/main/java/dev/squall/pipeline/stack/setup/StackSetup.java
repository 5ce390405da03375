package dev.squall.pipeline.stack.setup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.Folders;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.KnownStack;
import dev.squall.pipeline.stack.StackFolder;
import dev.squall.pipeline.stack.Surroundings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Brings stacks onto this machine. A stack is built under a temporary name and then renamed, so
 * that it is there as a whole or not at all; one that is there already stays untouched. One setup
 * runs at a time.
 */
public final class StackSetup {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEMPORARY = ".tmp";

  private final Surroundings surroundings;
  private final Commands commands;
  private final StackCheck check;
  private final Consumer<String> progress;

  /**
   * @param progress gets one line for every step and for every line of the package managers
   */
  public StackSetup(
      Surroundings surroundings, Commands commands, StackCheck check, Consumer<String> progress) {
    this.surroundings = surroundings;
    this.commands = commands;
    this.check = check;
    this.progress = progress;
  }

  /**
   * A stack that is there now.
   *
   * @param changed whether anything was installed or written
   */
  public record Result(
      KnownStack kind, DriverStack stack, boolean changed, StackCheck.Outcome check) {}

  /**
   * @throws SetupException when a resource is lacking or a package manager fails
   * @throws SquallException UNSUPPORTED on a machine for which there are no packages
   */
  public Result setUp(KnownStack kind) {
    if (!surroundings.canHave(kind)) {
      throw SquallException.unsupported(
          "%s: there are no packages for %s; it is for Linux on x86-64"
              .formatted(kind.setupName(), surroundings.platform()));
    }
    Path all = StackFolder.all(surroundings.cache());
    boolean changed;
    try {
      Files.createDirectories(all);
      try (FileChannel file =
          FileChannel.open(
              all.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lock(file); // until the file is closed
        sweep(all);
        changed = install(kind);
      }
    } catch (IOException e) {
      throw SetupException.resources(
          "cannot write in %s: %s; free space, or name another folder in SQUALL_CACHE",
          all, reason(e));
    }
    DriverStack stack =
        DriverStacks.find(surroundings)
            .named(kind.stackName())
            .orElseThrow(
                () ->
                    SetupException.failure(
                        "%s was installed and is not found; remove %s and try again",
                        kind.setupName(),
                        StackFolder.of(surroundings.cache(), kind.stackName()).path()));
    progress.accept("checking " + kind.stackName());
    return new Result(kind, stack, changed, check.check(stack));
  }

  private void lock(FileChannel file) throws IOException {
    if (file.tryLock() == null) {
      progress.accept("waiting for another setup");
      file.lock();
    }
  }

  /** Removes what killed setups have left; nobody else builds while the lock is held. */
  private static void sweep(Path all) throws IOException {
    try (Stream<Path> children = Files.list(all)) {
      for (Path child : children.toList()) {
        if (child.getFileName().toString().endsWith(TEMPORARY)) {
          sweepOne(child);
        }
      }
    }
  }

  private static void sweepOne(Path leftover) {
    try {
      Folders.delete(leftover);
    } catch (IOException e) {
      // A package manager that outlived its setup may still write there: the next setup sweeps.
    }
  }

  private boolean install(KnownStack kind) throws IOException {
    StackFolder folder = StackFolder.of(surroundings.cache(), kind.stackName());
    return switch (kind.source()) {
      case PYPI -> {
        Path driver = folder.libraries().resolve(kind.libraryName());
        if (isCurrent(folder, kind, driver)) {
          yield false;
        }
        build(folder, kind, driver);
        yield true;
      }
      case DEBIAN -> {
        DebianPackages debian = new DebianPackages(commands, progress);
        // On other systems the driver may have come by their own package manager.
        boolean installed =
            (debian.hasManager() || surroundings.registeredDriver(kind).isEmpty())
                && debian.ensure(kind.packages());
        Path driver = registered(kind);
        if (!isCurrent(folder, kind, driver)) {
          build(folder, kind, driver);
          installed = true;
        }
        yield installed;
      }
    };
  }

  private Path registered(KnownStack kind) {
    return surroundings
        .registeredDriver(kind)
        .orElseThrow(
            () ->
                SetupException.failure(
                    "%s is installed, but no .icd file in %s names %s; run: sudo apt-get install"
                        + " --reinstall %s",
                    kind.packages().getFirst(),
                    surroundings.systemVendors(),
                    kind.libraryName(),
                    kind.packages().getFirst()));
  }

  /** Whether the stack is there, made of the packages that it is made of today. */
  private static boolean isCurrent(StackFolder folder, KnownStack kind, Path driver) {
    try {
      JsonNode note = JSON.readTree(folder.note().toFile());
      return note.equals(note(kind))
          && Files.isRegularFile(driver)
          && Files.readString(folder.icd()).strip().equals(driver.toString());
    } catch (IOException e) {
      return false;
    }
  }

  private static ObjectNode note(KnownStack kind) {
    ObjectNode note = JSON.createObjectNode();
    note.put("stack", kind.stackName());
    note.put("source", kind.source().toString());
    note.set("packages", JSON.valueToTree(kind.packages()));
    return note;
  }

  private void build(StackFolder folder, KnownStack kind, Path driver) throws IOException {
    Path all = folder.path().getParent();
    StackFolder temporary =
        new StackFolder(all.resolve("." + kind.stackName() + "-" + UUID.randomUUID() + TEMPORARY));
    try {
      Files.createDirectories(temporary.vendors());
      if (kind.source() == KnownStack.Source.PYPI) {
        new PythonPackages(commands, progress).install(kind.packages(), temporary.packages());
        requireDriver(temporary, kind);
      }
      Files.writeString(temporary.vendors().resolve(folder.icd().getFileName()), driver + "\n");
      Files.write(temporary.note(), JSON.writeValueAsBytes(note(kind)));
      replace(folder.path(), temporary.path());
    } finally {
      Folders.delete(temporary.path());
    }
  }

  private static void requireDriver(StackFolder temporary, KnownStack kind) {
    if (!Files.isRegularFile(temporary.libraries().resolve(kind.libraryName()))) {
      throw SetupException.failure(
          "pip installed %s, but %s is not in it",
          String.join(" ", kind.packages()), kind.libraryName());
    }
  }

  private static void replace(Path folder, Path temporary) throws IOException {
    if (Files.exists(folder)) {
      Path old = folder.resolveSibling("." + UUID.randomUUID() + TEMPORARY);
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
      Folders.delete(old);
    } else {
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }
}
