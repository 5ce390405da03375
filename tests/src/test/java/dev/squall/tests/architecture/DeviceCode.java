package dev.squall.tests.architecture;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what TornadoVM will compile: the methods of a class and all methods of ours that they call.
 * Finds constructs that its back ends reject or, worse, compile to something else.
 */
final class DeviceCode {
  private static final String OURS = "dev/squall/kernels/";
  private static final String API = "uk/ac/manchester/tornado/api/";

  /** Methods of TornadoMath that some back end lacks. */
  private static final Set<String> MISSING_MATHEMATICS = Set.of("round", "fma");

  /**
   * One thing that must not be in device code.
   *
   * @param place file and line
   * @param method class and method, without package
   */
  record Finding(String place, String method, Kind kind, String what) {
    @Override
    public String toString() {
      return "%s (%s): %s".formatted(place, method, what);
    }
  }

  /** What kind of thing it is. */
  enum Kind {
    /** Never right. */
    FORBIDDEN,
    /** Right for dividends that are never negative. */
    POWER_OF_TWO_DIVISION
  }

  private record MethodId(String owner, String name, String descriptor) {}

  private final List<Finding> findings = new ArrayList<>();
  private final Set<MethodId> seen = new LinkedHashSet<>();
  private final Deque<MethodId> open = new ArrayDeque<>();

  /** Reads all methods of a class but its constructors, and what they call. */
  static List<Finding> findings(byte[] classFile) throws IOException {
    DeviceCode code = new DeviceCode();
    ClassModel model = ClassFile.of().parse(classFile);
    for (MethodModel method : model.methods()) {
      if (!isInitializer(method)) {
        code.read(model, method);
      }
    }
    while (!code.open.isEmpty()) {
      code.readCallee(code.open.pop());
    }
    return List.copyOf(code.findings);
  }

  private static boolean isInitializer(MethodModel method) {
    return method.methodName().equalsString("<init>")
        || method.methodName().equalsString("<clinit>");
  }

  private void readCallee(MethodId callee) throws IOException {
    ClassModel owner = ClassFile.of().parse(MainClasses.bytes(callee.owner().replace('/', '.')));
    for (MethodModel method : owner.methods()) {
      if (method.methodName().equalsString(callee.name())
          && method.methodType().equalsString(callee.descriptor())) {
        read(owner, method);
      }
    }
  }

  private void read(ClassModel owner, MethodModel method) {
    MethodId id =
        new MethodId(
            owner.thisClass().asInternalName(),
            method.methodName().stringValue(),
            method.methodType().stringValue());
    if (!seen.add(id) || method.code().isEmpty()) {
      return;
    }
    String file =
        owner
            .findAttribute(Attributes.sourceFile())
            .map(SourceFileAttribute::sourceFile)
            .map(name -> name.stringValue())
            .orElse(id.owner());
    String name = id.owner().substring(id.owner().lastIndexOf('/') + 1) + "." + id.name();
    readCode(method.code().get(), id, file, name);
  }

  private void readCode(CodeModel code, MethodId id, String file, String name) {
    int line = 0;
    Optional<Object> constant = Optional.empty();
    for (CodeElement element : code) {
      if (element instanceof LineNumber number) {
        line = number.line();
        continue;
      }
      String place = file + ":" + line;
      if (element instanceof OperatorInstruction operator && divides(operator)) {
        if (constant.filter(DeviceCode::isPowerOfTwo).isPresent()) {
          findings.add(
              new Finding(
                  place,
                  name,
                  Kind.POWER_OF_TWO_DIVISION,
                  "division by %s, which is wrong for negative dividends"
                      .formatted(constant.get())));
        }
      }
      String what = forbidden(element, constant.isPresent(), id);
      if (what != null) {
        findings.add(new Finding(place, name, Kind.FORBIDDEN, what));
      }
      if (element instanceof ConstantInstruction loaded) {
        constant = Optional.of(loaded.constantValue());
      } else if (element instanceof Instruction) {
        constant = Optional.empty();
      }
    }
  }

  private static boolean divides(OperatorInstruction operator) {
    return switch (operator.opcode()) {
      case IDIV, IREM, LDIV, LREM -> true;
      default -> false;
    };
  }

  private static boolean isPowerOfTwo(Object constant) {
    long value = constant instanceof Number number ? number.longValue() : 0;
    return value > 1 && Long.bitCount(value) == 1;
  }

  /** Why an instruction must not be here, null if it may. */
  private String forbidden(CodeElement element, boolean afterConstant, MethodId method) {
    return switch (element) {
      case OperatorInstruction operator -> operation(operator.opcode(), operator.typeKind());
      case ConvertInstruction convert ->
          isDouble(convert.fromType(), convert.toType()) ? "a double" : null;
      case ArrayLoadInstruction load -> isDouble(load.typeKind()) ? "a double" : null;
      case ArrayStoreInstruction store -> isDouble(store.typeKind()) ? "a double" : null;
      case TableSwitchInstruction ignored -> "a switch";
      case LookupSwitchInstruction ignored -> "a switch";
      case ThrowInstruction ignored -> "a throw";
      case ExceptionCatch ignored -> "a try";
      case MonitorInstruction ignored -> "a synchronized block";
      case InvokeDynamicInstruction ignored -> "a lambda or a string concatenation";
      case NewObjectInstruction created -> "a new " + created.className().asInternalName();
      case NewReferenceArrayInstruction ignored -> "an array of objects";
      case NewMultiArrayInstruction ignored -> "an array of arrays";
      case NewPrimitiveArrayInstruction ignored ->
          afterConstant ? null : "an array whose size is no constant";
      case FieldInstruction field -> field(field);
      case InvokeInstruction call -> call(call, method);
      default -> null;
    };
  }

  private static String operation(Opcode opcode, TypeKind type) {
    return switch (opcode) {
      case IUSHR, LUSHR -> ">>>, which is compiled to >>";
      default -> isDouble(type) ? "a double" : null;
    };
  }

  private static boolean isDouble(TypeKind... types) {
    return List.of(types).contains(TypeKind.DOUBLE);
  }

  /** Constants are values by now, so a static field is an array or may change. */
  private static String field(FieldInstruction field) {
    boolean context = field.owner().asInternalName().equals(API + "KernelContext");
    return context ? null : "the field " + field.name().stringValue();
  }

  /** The indices of a KernelContext are boxed, and unboxing them is right. */
  private String call(InvokeInstruction call, MethodId method) {
    String owner = call.owner().asInternalName();
    String name = call.name().stringValue();
    if (owner.startsWith(API)) {
      boolean missing = owner.endsWith("/TornadoMath") && MISSING_MATHEMATICS.contains(name);
      return missing ? "TornadoMath." + name + ", which some back ends lack" : null;
    }
    if (owner.startsWith(OURS) && call.opcode() == Opcode.INVOKESTATIC) {
      MethodId callee = new MethodId(owner, name, call.type().stringValue());
      open.add(callee);
      return callee.equals(method) ? "a recursion" : null;
    }
    boolean index = owner.equals("java/lang/Integer") && name.equals("intValue");
    return index ? null : "a call of %s.%s".formatted(owner.replace('/', '.'), name);
  }
}
