package dev.squall.pipeline.engine.prebuilt;

import dev.squall.pipeline.engine.opencl.OpenClEngines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Formats of device code that an engine runs from a file. */
enum CodeFormat {
  OPENCL_C(OpenClEngines.NAME),
  SPIRV(OpenClEngines.SPIRV_NAME);

  private static final byte[] SPIRV_MAGIC = {0x03, 0x02, 0x23, 0x07};

  private final String engine;

  CodeFormat(String engine) {
    this.engine = engine;
  }

  String engine() {
    return engine;
  }

  /** By its first bytes for SPIR-V, by its name ({@code *.cl}) for OpenCL C. */
  static Optional<CodeFormat> of(Path file) {
    if (file.toString().endsWith(".cl")) {
      return Optional.of(OPENCL_C);
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(SPIRV_MAGIC.length), SPIRV_MAGIC)
          ? Optional.of(SPIRV)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
