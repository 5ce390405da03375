package dev.squall.pipeline.engine.tornado;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A back end of TornadoVM with the runtime that its code is launched through. */
enum TornadoFlavor {
  OPENCL("tornado", "opencl", true, List.of("-Dtornado.opencl.compiler.flags=-w")),
  SPIRV(
      "tornado-spirv",
      "spirv",
      true,
      List.of(
          "-Dtornado.spirv.runtimes=opencl",
          "-Dtornado.spirv.version=1.0",
          TornadoFlavor.NO_FMA,
          "-Dtornado.opencl.compiler.flags=-w")),
  LEVEL_ZERO(
      "tornado-levelzero",
      "spirv",
      true,
      List.of(
          "-Dtornado.spirv.runtimes=levelzero",
          TornadoFlavor.NO_FMA,
          "-Dtornado.opencl.compiler.flags=-w")),
  PTX("tornado-ptx", "ptx", false, List.of()),
  CUDA("tornado-cuda", "cuda", false, List.of());

  /**
   * The SPIR-V back end of 5.2.0 never ends compiling a fused multiply-add whose result flows round
   * a loop; drivers fuse for themselves.
   */
  private static final String NO_FMA = "-Dtornado.enable.fma=False";

  private final String engine;
  private final String backend;
  private final boolean stacks;
  private final List<String> options;

  TornadoFlavor(String engine, String backend, boolean stacks, List<String> options) {
    this.engine = engine;
    this.backend = backend;
    this.stacks = stacks;
    this.options = options;
  }

  static Optional<TornadoFlavor> ofEngine(String name) {
    return Stream.of(values()).filter(flavor -> flavor.engine.equals(name)).findFirst();
  }

  /** Name of the engine. */
  String engine() {
    return engine;
  }

  /** The back end that an SDK must hold. */
  String backend() {
    return backend;
  }

  /** Whether its devices come from OpenCL driver stacks; else from the NVIDIA driver. */
  boolean stacks() {
    return stacks;
  }

  /** JVM options: right arithmetic, the right runtime. */
  List<String> options() {
    return options;
  }
}
