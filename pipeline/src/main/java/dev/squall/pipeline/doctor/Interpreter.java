package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Value.Origin;
import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each instruction does to a {@link Frame}. */
final class Interpreter {
  /** Work-items of a group are fewer than this on every device. */
  private static final int LARGEST_GROUP = 65535;

  /** A cell that changes more often than this is given up. */
  private static final int CELL_CHANGES = 4;

  /** What calls of methods on the class path answer. */
  interface Callees {
    Value result(MethodKey method, List<Value> arguments);
  }

  private final Callees callees;

  /** What the arrays that this method makes hold, element by element taken together. */
  private final Map<Source, Value> cells = new HashMap<>();

  private final Map<Source, Integer> changes = new HashMap<>();
  private boolean cellsMoved;

  Interpreter(Callees callees) {
    this.callees = callees;
  }

  /** Whether an array was found to hold more since the last question. */
  boolean cellsMoved() {
    boolean moved = cellsMoved;
    cellsMoved = false;
    return moved;
  }

  void step(int index, Instruction instruction, Frame frame) {
    switch (instruction) {
      case LoadInstruction load -> {
        Value value = frame.local(load.slot());
        Value known = value == null ? Value.top(load.typeKind()) : value;
        frame.push(known.withSlot(load.slot()));
      }
      case StoreInstruction store -> frame.assign(store.slot(), frame.pop());
      case IncrementInstruction increment -> {
        Value value = frame.local(increment.slot());
        Value before = value == null ? Value.top(TypeKind.INT) : value;
        Value by = Value.of(TypeKind.INT, increment.constant(), increment.constant());
        frame.assign(
            increment.slot(), Arithmetic.binary(Opcode.IADD, before, by).withFill(before.fill()));
      }
      case ConstantInstruction constant -> frame.push(constant(constant));
      case OperatorInstruction operator -> operate(index, operator, frame);
      case ConvertInstruction convert -> {
        Value value = frame.pop();
        frame.push(
            Arithmetic.convert(value, convert.toType())
                .withFill(Fill.converted(value, convert.toType())));
      }
      case ArrayLoadInstruction load -> {
        Value at = frame.pop();
        Value array = frame.pop();
        frame.push(element(load.typeKind(), array, at));
      }
      case ArrayStoreInstruction ignored -> {
        Value value = frame.pop();
        frame.pop();
        store(frame.pop(), value);
      }
      case StackInstruction stack -> shuffle(stack.opcode(), frame);
      case FieldInstruction field -> field(field, frame);
      case InvokeInstruction call -> call(index, call, frame);
      case InvokeDynamicInstruction call -> {
        popArguments(frame, call.typeSymbol().parameterCount());
        pushResult(frame, call.typeSymbol().returnType(), Value.top(kind(call.typeSymbol())));
      }
      case NewObjectInstruction created ->
          frame.push(made(index, created.className().asInternalName()));
      case NewPrimitiveArrayInstruction ignored -> {
        frame.pop();
        frame.push(made(index, ""));
      }
      case NewReferenceArrayInstruction ignored -> {
        frame.pop();
        frame.push(made(index, ""));
      }
      case NewMultiArrayInstruction array -> {
        popArguments(frame, array.dimensions());
        frame.push(made(index, ""));
      }
      case TypeCheckInstruction check -> {
        if (check.opcode() == Opcode.INSTANCEOF) {
          frame.pop();
          frame.push(Value.top(TypeKind.BOOLEAN));
        }
      }
      case BranchInstruction branch -> popArguments(frame, Branching.operands(branch.opcode()));
      case TableSwitchInstruction ignored -> frame.pop();
      case LookupSwitchInstruction ignored -> frame.pop();
      case ThrowInstruction ignored -> frame.pop();
      case MonitorInstruction ignored -> frame.pop();
      case ReturnInstruction end -> popArguments(frame, end.typeKind() == TypeKind.VOID ? 0 : 1);
      default -> {
        // Instructions that do nothing.
      }
    }
  }

  private static Value made(int index, String type) {
    return Value.reference(new Source(Source.Kind.MADE, index, type));
  }

  private static Value constant(ConstantInstruction constant) {
    TypeKind kind = constant.typeKind().asLoadable();
    return constant.constantValue() instanceof Number number
            && kind != TypeKind.REFERENCE
            && !Double.isNaN(number.doubleValue())
        ? Value.of(kind, number.doubleValue(), number.doubleValue())
        : Value.top(kind);
  }

  private static void operate(int index, OperatorInstruction operator, Frame frame) {
    switch (operator.opcode()) {
      case ARRAYLENGTH -> {
        frame.pop();
        frame.push(Value.of(TypeKind.INT, 0, Integer.MAX_VALUE).withOrigin(Origin.SIZE));
      }
      case INEG, LNEG, FNEG, DNEG -> {
        Value value = frame.pop();
        frame.push(Arithmetic.negate(value).withFill(value.fill()));
      }
      default -> {
        Value right = frame.pop();
        Value left = frame.pop();
        frame.push(
            Arithmetic.binary(operator.opcode(), left, right)
                .withFill(Fill.of(operator.opcode(), left, right, index)));
      }
    }
  }

  /** An element of an array that this method made holds what it stored, else it may be anything. */
  private Value element(TypeKind kind, Value array, Value at) {
    Value any = Value.top(kind).withOrigin(Origin.ELEMENT);
    if (array.source() instanceof Source source && source.kind() == Source.Kind.MADE) {
      Value cell = cells.get(source);
      return cell != null && cell.kind() == kind.asLoadable()
          ? cell.withSlot(-1).withOrigin(Origin.ELEMENT)
          : any.withData(true);
    }
    return any.withData(!at.isConstant());
  }

  private void store(Value array, Value value) {
    if (array.source() instanceof Source source && source.kind() == Source.Kind.MADE) {
      Value before = cells.get(source);
      Value plain = value.withSlot(-1).withSource(null).withFill(null);
      Value after = before == null ? plain : Value.join(before, plain);
      if (after == null) {
        after = Value.top(value.kind()).withData(true);
      }
      if (!after.equals(before)) {
        boolean unstable = changes.merge(source, 1, Integer::sum) > CELL_CHANGES;
        Value kept = unstable ? Value.widen(before, after) : after;
        cellsMoved |= !kept.equals(before);
        cells.put(source, kept);
      }
    }
  }

  private void escape(Value argument) {
    if (argument.source() instanceof Source source
        && source.kind() == Source.Kind.MADE
        && cells.containsKey(source)) {
      Value cell = cells.get(source);
      Value any = Value.top(cell.kind()).withData(true);
      cellsMoved |= !any.equals(cell);
      cells.put(source, any);
    }
  }

  private static void shuffle(Opcode opcode, Frame frame) {
    Value first = frame.pop();
    switch (opcode) {
      case POP -> {}
      case POP2 -> {
        if (!wide(first)) {
          frame.pop();
        }
      }
      case DUP -> push(frame, first, first);
      case DUP_X1 -> {
        Value second = frame.pop();
        push(frame, first, second, first);
      }
      case DUP_X2 -> {
        Value second = frame.pop();
        if (wide(second)) {
          push(frame, first, second, first);
        } else {
          Value third = frame.pop();
          push(frame, first, third, second, first);
        }
      }
      case DUP2 -> {
        if (wide(first)) {
          push(frame, first, first);
        } else {
          Value second = frame.pop();
          push(frame, second, first, second, first);
        }
      }
      case DUP2_X1 -> {
        Value second = frame.pop();
        if (wide(first)) {
          push(frame, first, second, first);
        } else {
          Value third = frame.pop();
          push(frame, second, first, third, second, first);
        }
      }
      case DUP2_X2 -> doubleBelow(first, frame);
      case SWAP -> {
        Value second = frame.pop();
        push(frame, first, second);
      }
      default -> throw new IllegalArgumentException("no stack instruction: " + opcode);
    }
  }

  private static void doubleBelow(Value first, Frame frame) {
    Value second = frame.pop();
    if (wide(first) && wide(second)) {
      push(frame, first, second, first);
    } else if (wide(first)) {
      Value third = frame.pop();
      push(frame, first, third, second, first);
    } else {
      Value third = frame.pop();
      if (wide(third)) {
        push(frame, second, first, third, second, first);
      } else {
        Value fourth = frame.pop();
        push(frame, second, first, fourth, third, second, first);
      }
    }
  }

  private static void push(Frame frame, Value... values) {
    for (Value value : values) {
      frame.push(value);
    }
  }

  private static boolean wide(Value value) {
    return value.kind() == TypeKind.LONG || value.kind() == TypeKind.DOUBLE;
  }

  private static void field(FieldInstruction field, Frame frame) {
    TypeKind kind = TypeKind.from(field.typeSymbol());
    switch (field.opcode()) {
      case GETSTATIC -> frame.push(staticField(field, kind));
      case GETFIELD -> {
        frame.pop();
        frame.push(
            field.owner().asInternalName().equals(Api.CONTEXT)
                ? index(field.name().stringValue())
                : Value.top(kind));
      }
      case PUTSTATIC -> frame.pop();
      default -> {
        frame.pop();
        frame.pop();
      }
    }
  }

  /** Assertions are off on devices. */
  private static Value staticField(FieldInstruction field, TypeKind kind) {
    return field.name().equalsString("$assertionsDisabled")
        ? Value.of(TypeKind.INT, 1, 1)
        : Value.top(kind);
  }

  /** An index of KernelContext; the API boxes it. */
  private static Value index(String name) {
    double largest = name.startsWith("local") ? LARGEST_GROUP : Integer.MAX_VALUE;
    return Value.top(TypeKind.REFERENCE).withRange(0, largest);
  }

  private void call(int index, InvokeInstruction call, Frame frame) {
    MethodTypeDesc type = call.typeSymbol();
    List<Value> arguments = popArguments(frame, type.parameterCount());
    Value receiver = call.opcode() == Opcode.INVOKESTATIC ? null : frame.pop();
    String owner = call.owner().asInternalName();
    Value result;
    if (Api.readsElement(call)) {
      result = element(TypeKind.from(type.returnType()), receiver, arguments.getFirst());
    } else if (Api.readsSize(call)) {
      result = Value.of(TypeKind.INT, 0, Integer.MAX_VALUE).withOrigin(Origin.SIZE);
    } else if (Api.allocates(call)) {
      result = made(index, "");
    } else if (owner.equals("java/lang/Integer") && call.name().equalsString("intValue")) {
      result = unboxed(receiver);
    } else if (owner.equals("java/lang/Integer") && call.name().equalsString("valueOf")) {
      Value boxed = arguments.getFirst();
      result = Value.top(TypeKind.REFERENCE).withRange(boxed.low(), boxed.high());
    } else if (owner.equals(Api.MATH) || owner.equals("java/lang/Math")) {
      result = Mathematics.result(call.name().stringValue(), kind(type), arguments);
    } else {
      arguments.forEach(this::escape);
      result = unknownCall(call, receiver, arguments);
    }
    pushResult(frame, type.returnType(), result);
  }

  private static Value unboxed(Value boxed) {
    boolean known = boxed.low() >= Integer.MIN_VALUE && boxed.high() <= Integer.MAX_VALUE;
    return known
        ? Value.of(TypeKind.INT, boxed.low(), boxed.high())
        : Value.top(TypeKind.INT).withData(true);
  }

  private Value unknownCall(InvokeInstruction call, Value receiver, List<Value> arguments) {
    MethodKey key =
        new MethodKey(
            call.owner().asInternalName(), call.name().stringValue(), call.type().stringValue());
    TypeKind kind = kind(call.typeSymbol());
    if (call.opcode() == Opcode.INVOKESTATIC && !Api.owns(key.owner())) {
      Value result = callees.result(key, arguments);
      if (result != null && result.kind() == kind.asLoadable()) {
        return result;
      }
    }
    boolean numbers = receiver == null && arguments.stream().noneMatch(Value::data);
    return Value.top(kind).withData(!numbers);
  }

  private static TypeKind kind(MethodTypeDesc type) {
    return TypeKind.from(type.returnType());
  }

  private static List<Value> popArguments(Frame frame, int count) {
    List<Value> arguments = frame.top(count);
    for (int i = 0; i < count; i++) {
      frame.pop();
    }
    return arguments;
  }

  private static void pushResult(Frame frame, ClassDesc type, Value value) {
    if (TypeKind.from(type) != TypeKind.VOID) {
      frame.push(value);
    }
  }
}
