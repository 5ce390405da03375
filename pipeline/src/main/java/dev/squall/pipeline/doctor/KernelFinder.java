package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ClassPath.Found;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which methods are kernels: those with {@code @Parallel} loops, those handed to a task graph as a
 * method reference or lambda, and those that take a KernelContext and are no helper of another.
 */
final class KernelFinder {
  private final ClassPath classPath;
  private final Set<MethodKey> handedOver = new HashSet<>();
  private final Set<MethodKey> called = new HashSet<>();

  KernelFinder(ClassPath classPath) {
    this.classPath = classPath;
  }

  Set<MethodKey> kernels() {
    for (ClassModel type : classPath.classes()) {
      for (MethodModel method : type.methods()) {
        method.findAttribute(Attributes.code()).ifPresent(this::readCode);
      }
    }
    Set<MethodKey> kernels =
        new TreeSet<>(
            Comparator.comparing(MethodKey::owner)
                .thenComparing(MethodKey::name)
                .thenComparing(MethodKey::descriptor));
    for (MethodKey key : handedOver) {
      classPath.method(key).map(Found::key).ifPresent(kernels::add);
    }
    for (ClassModel type : classPath.classes()) {
      if (!Api.owns(type.thisClass().asInternalName())) {
        for (MethodModel method : type.methods()) {
          MethodKey key = MethodKey.of(type, method);
          if (isKernel(key, method)) {
            kernels.add(key);
          }
        }
      }
    }
    return kernels;
  }

  private boolean isKernel(MethodKey key, MethodModel method) {
    Optional<CodeAttribute> code = method.findAttribute(Attributes.code());
    if (code.isEmpty()) {
      return false;
    }
    boolean context =
        key.descriptor().contains(Api.CONTEXT_DESCRIPTOR)
            && method.methodTypeSymbol().returnType().equals(ConstantDescs.CD_void)
            && !key.name().equals("<init>")
            && !called.contains(key);
    return context || ParallelLoops.areIn(code.get());
  }

  private void readCode(CodeAttribute code) {
    for (CodeElement element : code) {
      if (element instanceof InvokeInstruction call && call.opcode() == Opcode.INVOKESTATIC) {
        called.add(
            new MethodKey(
                call.owner().asInternalName(),
                call.name().stringValue(),
                call.type().stringValue()));
      } else if (element instanceof InvokeDynamicInstruction dynamic && isTask(dynamic)) {
        reference(dynamic).ifPresent(handedOver::add);
      }
    }
  }

  /** Whether an instruction makes what {@code TaskGraph.task} takes. */
  static boolean isTask(InvokeDynamicInstruction dynamic) {
    String type = dynamic.typeSymbol().returnType().descriptorString();
    return type.startsWith("L" + Api.FUNCTIONS);
  }

  /** The method behind a lambda or a method reference. */
  static Optional<MethodKey> reference(InvokeDynamicInstruction dynamic) {
    for (ConstantDesc argument : dynamic.bootstrapArgs()) {
      if (argument instanceof DirectMethodHandleDesc handle) {
        String owner = handle.owner().descriptorString();
        return Optional.of(
            new MethodKey(
                owner.substring(1, owner.length() - 1),
                handle.methodName(),
                handle.lookupDescriptor()));
      }
    }
    return Optional.empty();
  }
}
