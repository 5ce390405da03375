package dev.squall.pipeline.doctor;

import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.reflect.AccessFlag;
import java.util.Optional;
import java.util.Set;

/** Objects, fields, arrays, exceptions and strings. */
final class ObjectCheck implements Check {
  /** Made by javac around assertions and exhaustive switches; never reached on a device. */
  private static final Set<String> IMPLICIT =
      Set.of("java/lang/AssertionError", "java/lang/MatchException");

  private final ClassPath classPath;

  ObjectCheck(ClassPath classPath) {
    this.classPath = classPath;
  }

  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (method.reached(i)) {
        examine(i, body, method.before(i), report);
      }
    }
    if (body.method().flags().has(AccessFlag.SYNCHRONIZED)) {
      report.addAt(Rule.SYNCHRONIZED, body, body.firstLine(), "a synchronized method");
    }
    for (ExceptionCatch caught : body.code().exceptionHandlers()) {
      if (caught.catchType().isPresent() || !hasMonitors(body)) {
        report.add(
            Rule.EXCEPTION_HANDLER,
            body,
            body.index(caught.tryStart()),
            caught
                .catchType()
                .map(type -> "a catch of " + simpleName(type.asInternalName()))
                .orElse("a finally"));
      }
    }
  }

  /** Synchronized blocks have handlers of their own. */
  private static boolean hasMonitors(Body body) {
    return body.instructions().stream().anyMatch(MonitorInstruction.class::isInstance);
  }

  private void examine(int i, Body body, Frame before, Report report) {
    switch (body.instruction(i)) {
      case ThrowInstruction ignored -> {
        boolean implicit =
            before.peek(0).source() instanceof Value.Source made && IMPLICIT.contains(made.type());
        if (!implicit) {
          report.add(Rule.THROW, body, i, "a throw");
        }
      }
      case MonitorInstruction ignored ->
          report.add(Rule.SYNCHRONIZED, body, i, "a synchronized block");
      case InvokeDynamicInstruction dynamic -> dynamic(dynamic, i, body, report);
      case ConstantInstruction constant -> {
        if (constant.constantValue() instanceof String) {
          report.add(Rule.STRING, body, i, "a string constant");
        }
      }
      case NewObjectInstruction created -> created(created, i, body, report);
      case NewPrimitiveArrayInstruction ignored -> {
        if (!before.peek(0).isConstant()) {
          report.add(Rule.LOCAL_ARRAY_SIZE, body, i, "a local array whose size is no constant");
        }
      }
      case NewReferenceArrayInstruction array -> array(array, i, body, report);
      case NewMultiArrayInstruction array ->
          report.add(
              Rule.LOCAL_ARRAY_SIZE,
              body,
              i,
              "a local array of %d dimensions".formatted(array.dimensions()));
      case InvokeInstruction call -> {
        if (Api.allocates(call) && !isFixed(before.peek(0))) {
          report.add(Rule.LOCAL_ARRAY_SIZE, body, i, "local memory whose size is no constant");
        }
      }
      case FieldInstruction field -> field(field, i, body, before, report);
      default -> {
        // Nothing of the heap.
      }
    }
  }

  /** Scalar arguments of tasks are constants by the time that a kernel is compiled. */
  private static boolean isFixed(Value size) {
    return size.isConstant() || size.isFolded();
  }

  private static void dynamic(InvokeDynamicInstruction call, int i, Body body, Report report) {
    String factory = simpleName(call.bootstrapMethod().owner().displayName());
    switch (factory) {
      case "StringConcatFactory" -> report.add(Rule.STRING, body, i, "a string concatenation");
      case "SwitchBootstraps" ->
          report.add(Rule.ENUM_SWITCH, body, i, "a switch over an enum or over types");
      case "ObjectMethods" -> report.add(Rule.OBJECT, body, i, "a method of a record's own making");
      default -> report.add(Rule.LAMBDA, body, i, "a lambda or method reference");
    }
  }

  private void created(NewObjectInstruction created, int i, Body body, Report report) {
    String type = created.className().asInternalName();
    if (type.startsWith("java/util/concurrent/atomic/")) {
      // CallCheck has a rule for it.
      return;
    }
    if (type.startsWith(Api.ARRAYS)) {
      report.add(Rule.OBJECT, body, i, "a new %s inside a kernel".formatted(simpleName(type)));
    } else if (classPath.find(type).isPresent()) {
      if (!isRecord(type)) {
        report.add(Rule.UNPROVEN_OBJECT, body, i, "a new " + simpleName(type));
      }
    } else if (!Api.owns(type) && !IMPLICIT.contains(type)) {
      report.add(Rule.OBJECT, body, i, "a new " + simpleName(type));
    }
  }

  /** Records are taken apart by the compiler. */
  private boolean isRecord(String type) {
    return classPath
        .find(type)
        .flatMap(ClassModel::superclass)
        .filter(parent -> parent.asInternalName().equals("java/lang/Record"))
        .isPresent();
  }

  private static void array(NewReferenceArrayInstruction array, int i, Body body, Report report) {
    String type = array.componentType().asInternalName();
    if (type.startsWith("[")) {
      report.add(Rule.LOCAL_ARRAY_SIZE, body, i, "a local array of arrays");
    } else {
      report.add(Rule.OBJECT, body, i, "a local array of " + simpleName(type));
    }
  }

  private void field(FieldInstruction field, int i, Body body, Frame before, Report report) {
    String owner = field.owner().asInternalName();
    String name = field.name().stringValue();
    String text = simpleName(owner) + "." + name;
    switch (field.opcode()) {
      case GETSTATIC -> {
        if (name.startsWith("$SwitchMap$")) {
          report.add(Rule.ENUM_SWITCH, body, i, "a switch over an enum");
        } else if (field.type().stringValue().startsWith("[")) {
          report.add(Rule.STATIC_ARRAY, body, i, "the array " + text);
        } else if (!name.equals("$assertionsDisabled") && !Api.owns(owner)) {
          report.add(Rule.STATIC_FIELD, body, i, "the static field " + text);
        }
      }
      case GETFIELD -> {
        if (isMutable(owner, name) && !isMade(before.peek(0))) {
          report.add(Rule.MUTABLE_FIELD, body, i, "the field %s is not final".formatted(text));
        }
      }
      case PUTFIELD -> {
        if (!isMade(before.peek(1))) {
          report.add(Rule.FIELD_WRITE, body, i, "a write to " + text);
        }
      }
      default -> report.add(Rule.FIELD_WRITE, body, i, "a write to " + text);
    }
  }

  /** The compiler takes objects apart that a kernel makes for itself. */
  private static boolean isMade(Value object) {
    return object.source() instanceof Value.Source source
        && source.kind() == Value.Source.Kind.MADE;
  }

  private boolean isMutable(String owner, String name) {
    Optional<FieldModel> field =
        classPath.find(owner).stream()
            .flatMap(type -> type.fields().stream())
            .filter(each -> each.fieldName().equalsString(name))
            .findFirst();
    return field.filter(each -> !each.flags().has(AccessFlag.FINAL)).isPresent();
  }

  static String simpleName(String type) {
    String afterSlash = type.substring(type.lastIndexOf('/') + 1);
    return afterSlash.substring(afterSlash.lastIndexOf('.') + 1);
  }
}
