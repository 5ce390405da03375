package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Branching.Operands;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.List;

/** Numbers that a signed right shift filled up, where something depends on what it filled in. */
final class ShiftCheck implements Check {
  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (method.reached(i)) {
        for (Value value : deciding(body.instruction(i), method.before(i))) {
          if (value.fill() != null) {
            report.add(
                Rule.SIGNED_SHIFT,
                body,
                value.fill().shift(),
                ">> of a number that may be negative, whose sign is not masked out");
          }
        }
      }
    }
  }

  /** The values of which an instruction takes every bit. */
  private static List<Value> deciding(Instruction instruction, Frame before) {
    return switch (instruction) {
      case OperatorInstruction operator -> deciding(operator.opcode(), before);
      case ConvertInstruction convert when isFloating(convert.toType()) -> before.top(1);
      case BranchInstruction branch when ControlFlow.isConditional(branch) -> {
        Operands compared = Branching.compared(branch.opcode(), before);
        yield List.of(compared.left(), compared.right());
      }
      case ArrayLoadInstruction ignored -> before.top(1);
      case ArrayStoreInstruction ignored -> before.top(2);
      case InvokeInstruction call -> before.top(call.typeSymbol().parameterCount());
      case ReturnInstruction end when end.typeKind() != TypeKind.VOID -> before.top(1);
      case FieldInstruction field when field.opcode() == Opcode.PUTFIELD -> before.top(1);
      case TableSwitchInstruction ignored -> before.top(1);
      case LookupSwitchInstruction ignored -> before.top(1);
      default -> List.of();
    };
  }

  private static List<Value> deciding(Opcode opcode, Frame before) {
    return switch (opcode) {
      case IDIV, LDIV, IREM, LREM, IUSHR, LUSHR, LCMP -> before.top(2);
      case ISHL, LSHL, ISHR, LSHR -> before.top(1);
      default -> List.of();
    };
  }

  private static boolean isFloating(TypeKind kind) {
    return kind == TypeKind.FLOAT || kind == TypeKind.DOUBLE;
  }
}
