package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A key that changes whenever the devices of a stack may have changed. */
final class Fingerprint {
  private static final int DIGITS = 32;

  /** Variables of the user's that drivers read when they list devices. */
  private static final Pattern READ_BY_DRIVERS =
      Pattern.compile(
          "(POCL_|CL_CONFIG_|ZE_|NEO|CUDA_|NVIDIA_|GPU_|ROCR_|HIP_|RUSTICL_|OCL_ICD_).*");

  private final StringBuilder facts = new StringBuilder();

  Fingerprint file(Path file) {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      return line(file, real, attributes.size(), attributes.lastModifiedTime().toMillis());
    } catch (IOException e) {
      return line(file, "not found");
    }
  }

  Fingerprint variables(Map<String, String> own, Map<String, String> inherited) {
    new TreeMap<>(own).forEach(this::line);
    new TreeMap<>(inherited)
        .forEach(
            (name, value) -> {
              if (READ_BY_DRIVERS.matcher(name).matches() && !own.containsKey(name)) {
                line(name, value);
              }
            });
    return this;
  }

  Fingerprint gpus(Gpus gpus) {
    gpus.files().forEach(this::line);
    return this;
  }

  private Fingerprint line(Object... parts) {
    for (Object part : parts) {
      facts.append(part).append('\0');
    }
    facts.append('\n');
    return this;
  }

  @Override
  public String toString() {
    return hash(facts.toString());
  }

  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has SHA-256
    }
  }
}
