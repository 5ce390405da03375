package uk.ac.manchester.tornado.api.enums;

/** The code generators of TornadoVM. {@link #JAVA} is this module's own back end, the JVM. */
public enum TornadoVMBackendType {
  OPENCL,
  METAL,
  PTX,
  CUDA,
  SPIRV,
  JAVA,
  VIRTUAL
}
