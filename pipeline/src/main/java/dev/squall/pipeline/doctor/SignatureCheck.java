package dev.squall.pipeline.doctor;

import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.reflect.AccessFlag;
import java.util.Set;

/** Names, parameters and debug tables of tasks. */
final class SignatureCheck implements Check {
  /** Words of OpenCL C and C that a kernel cannot be called, and builtin functions. */
  private static final Set<String> RESERVED =
      Set.of(
          "kernel",
          "global",
          "local",
          "constant",
          "private",
          "half",
          "bool",
          "uniform",
          "pipe",
          "auto",
          "unsigned",
          "signed",
          "uint",
          "uchar",
          "ushort",
          "ulong",
          "size_t",
          "sampler_t",
          "event_t",
          "image2d_t",
          "image3d_t",
          "read_only",
          "write_only",
          "read_write",
          "struct",
          "union",
          "typedef",
          "inline",
          "restrict",
          "register",
          "sizeof",
          "extern",
          "main",
          "dot",
          "cross",
          "distance",
          "normalize",
          "complex",
          "channel",
          "printf",
          "half2",
          "half4",
          "int2",
          "int4",
          "float2",
          "float3",
          "float4",
          "double2",
          "double4",
          "atomic_add",
          "atomic_sub",
          "atomic_xchg",
          "atomic_inc",
          "atomic_dec",
          "atomic_min",
          "atomic_max",
          "atomic_and",
          "atomic_or",
          "atomic_xor",
          "atomic_cmpxchg",
          "barrier",
          "read_pipe",
          "write_pipe",
          "enqueue_kernel");

  @Override
  public void examine(Analysis analysis, Report report) {
    Body body = analysis.body();
    examineTypes(body, report);
    if (!analysis.isKernel()) {
      return;
    }
    MethodModel method = body.method();
    int line = body.firstLine();
    String name = body.key().name();
    if (RESERVED.contains(name) || name.startsWith("__")) {
      report.addAt(Rule.RESERVED_NAME, body, line, "a task named " + name);
    }
    boolean takesAny = false;
    for (ClassDesc type : method.methodTypeSymbol().parameterList()) {
      takesAny = true;
      if (type.equals(ConstantDescs.CD_boolean)) {
        report.addAt(Rule.BOOLEAN_PARAMETER, body, line, "a boolean parameter");
      } else if (type.isArray() && type.componentType().isArray()) {
        report.addAt(Rule.NESTED_ARRAY_PARAMETER, body, line, type.displayName());
      } else if (type.descriptorString().equals(Api.CONTEXT_DESCRIPTOR)) {
        report.addAt(Rule.FPGA_CONTEXT, body, line, "a KernelContext kernel");
      }
    }
    boolean tables = body.code().findAttribute(Attributes.localVariableTable()).isPresent();
    if ((takesAny || !method.flags().has(AccessFlag.STATIC)) && !tables) {
      report.addAt(Rule.NO_DEBUG_TABLES, body, line, "no local variable table");
    }
    examineReductions(method, body, report);
  }

  private static void examineTypes(Body body, Report report) {
    String descriptor = body.key().descriptor();
    TypeCheck.examine(descriptor, body, body.firstLine(), report);
    if (descriptor.contains("Ljava/util/concurrent/atomic/")) {
      report.addAt(Rule.ATOMIC_INTEGER, body, body.firstLine(), "a parameter");
    }
  }

  private static void examineReductions(MethodModel method, Body body, Report report) {
    boolean reduces =
        method.findAttribute(Attributes.runtimeVisibleParameterAnnotations()).stream()
            .flatMap(attribute -> attribute.parameterAnnotations().stream())
            .flatMap(java.util.List::stream)
            .map(Annotation::className)
            .anyMatch(name -> name.equalsString(Api.REDUCE));
    if (reduces) {
      report.addAt(Rule.REDUCE, body, body.firstLine(), "a parameter with @Reduce");
    }
  }
}
