package dev.squall.pipeline.doctor;

import java.lang.classfile.instruction.InvokeInstruction;

/** Names of the TornadoVM API as class files hold them. */
final class Api {
  static final String ROOT = "uk/ac/manchester/tornado/api/";
  static final String CONTEXT = ROOT + "KernelContext";
  static final String MATH = ROOT + "math/TornadoMath";
  static final String ARRAYS = ROOT + "types/arrays/";
  static final String VECTORS = ROOT + "types/vectors/";
  static final String COLLECTIONS = ROOT + "types/collections/";
  static final String HALF_FLOAT = ROOT + "types/HalfFloat";
  static final String FUNCTIONS = ROOT + "common/TornadoFunctions$Task";
  static final String PARALLEL = "L" + ROOT + "annotations/Parallel;";
  static final String REDUCE = "L" + ROOT + "annotations/Reduce;";
  static final String CONTEXT_DESCRIPTOR = "L" + CONTEXT + ";";

  private Api() {}

  static boolean owns(String owner) {
    return owner.startsWith(ROOT);
  }

  /** {@code array.get(index)} of an off-heap array. */
  static boolean readsElement(InvokeInstruction call) {
    return isArray(call.owner().asInternalName())
        && call.name().stringValue().startsWith("get")
        && call.typeSymbol().parameterCount() == 1;
  }

  /** {@code array.set(index, value)} of an off-heap array. */
  static boolean writesElement(InvokeInstruction call) {
    return isArray(call.owner().asInternalName())
        && call.name().stringValue().startsWith("set")
        && call.typeSymbol().parameterCount() == 2;
  }

  private static boolean isArray(String owner) {
    return owner.startsWith(ARRAYS) || owner.startsWith(COLLECTIONS);
  }

  static boolean readsSize(InvokeInstruction call) {
    String name = call.name().stringValue();
    return owns(call.owner().asInternalName())
        && (name.equals("getSize") || name.equals("getLength") || name.equals("size"));
  }

  /** {@code context.allocateFloatLocalArray(size)} and its siblings. */
  static boolean allocates(InvokeInstruction call) {
    String name = call.name().stringValue();
    return call.owner().asInternalName().equals(CONTEXT)
        && name.startsWith("allocate")
        && name.endsWith("LocalArray");
  }
}
