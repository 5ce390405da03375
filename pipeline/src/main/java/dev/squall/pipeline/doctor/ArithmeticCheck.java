package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Branching.Operands;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.OperatorInstruction;

/** Operators that devices compute differently. */
final class ArithmeticCheck implements Check {
  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (method.reached(i)) {
        examine(i, body, method.before(i), report);
      }
    }
  }

  private static void examine(int i, Body body, Frame before, Report report) {
    Instruction instruction = body.instruction(i);
    switch (instruction) {
      case OperatorInstruction operator -> operator(operator, i, body, before, report);
      case ConvertInstruction convert -> convert(convert, i, body, before, report);
      case ConstantInstruction constant -> {
        if (constant.constantValue() instanceof Number number
            && Double.isNaN(number.doubleValue())) {
          report.add(Rule.NAN_TEST, body, i, "the constant NaN");
        }
      }
      case BranchInstruction branch -> {
        if (ControlFlow.isConditional(branch)) {
          Operands compared = Branching.compared(branch.opcode(), before);
          if (compared.left().product() || compared.right().product()) {
            report.add(Rule.OVERFLOW, body, i, "an int product of data is compared");
          }
        }
      }
      default -> {
        // Nothing to compute.
      }
    }
    if (isDouble(instruction)) {
      report.add(Rule.DOUBLE, body, i, "a double");
    }
  }

  private static void operator(
      OperatorInstruction operator, int i, Body body, Frame before, Report report) {
    switch (operator.opcode()) {
      case IUSHR, LUSHR -> {
        if (!before.peek(1).neverNegative() && !before.peek(1).isFolded()) {
          report.add(Rule.UNSIGNED_SHIFT, body, i, ">>> of a number that may be negative");
        }
      }
      case ISHR -> {
        if (before.peek(1).product()) {
          report.add(Rule.OVERFLOW, body, i, "an int product of data is shifted right");
        }
      }
      case IDIV, LDIV -> {
        if (correctsRounding(before.peek(1), before.peek(0))) {
          report.add(
              Rule.POWER_OF_TWO_DIVISION,
              body,
              i,
              "a number that may be negative, divided by " + number(before.peek(0)));
        }
      }
      case IREM, LREM -> {
        if (correctsRounding(before.peek(1), before.peek(0))) {
          report.add(
              Rule.UNPROVEN_REMAINDER,
              body,
              i,
              "the remainder of a number that may be negative by " + number(before.peek(0)));
        }
      }
      case FCMPL, FCMPG, DCMPL, DCMPG -> {
        int left = before.peek(1).slot();
        if (left >= 0 && left == before.peek(0).slot()) {
          report.add(Rule.NAN_TEST, body, i, "a number compared with itself");
        }
      }
      default -> {
        // The same everywhere.
      }
    }
  }

  /** Whether the compiler turns a division into a shift that needs a correction. */
  static boolean correctsRounding(Value dividend, Value divisor) {
    return !dividend.neverNegative() && !dividend.isFolded() && isPowerOfTwo(divisor);
  }

  private static boolean isPowerOfTwo(Value divisor) {
    double size = Math.abs(divisor.low());
    return divisor.isConstant() && size >= 2 && Long.bitCount((long) size) == 1;
  }

  static String number(Value constant) {
    return Long.toString((long) constant.low());
  }

  private static void convert(
      ConvertInstruction convert, int i, Body body, Frame before, Report report) {
    Value value = before.peek(0);
    boolean toInteger = convert.toType() == TypeKind.INT || convert.toType() == TypeKind.LONG;
    if (!value.isInteger() && toInteger) {
      boolean bounded = Arithmetic.boundedBelow(value) && Arithmetic.boundedAbove(value);
      if (!bounded) {
        report.add(
            Rule.UNCLAMPED_CAST,
            body,
            i,
            "a cast to %s of data that nothing bounds"
                .formatted(convert.toType() == TypeKind.INT ? "int" : "long"));
      }
    }
    if (convert.opcode() == Opcode.I2L && value.product()) {
      report.add(Rule.OVERFLOW, body, i, "an int product of data is widened to long");
    }
  }

  private static boolean isDouble(Instruction instruction) {
    return switch (instruction) {
      case OperatorInstruction operator -> operator.typeKind() == TypeKind.DOUBLE;
      case ConvertInstruction convert ->
          convert.fromType() == TypeKind.DOUBLE || convert.toType() == TypeKind.DOUBLE;
      case ConstantInstruction constant -> constant.typeKind() == TypeKind.DOUBLE;
      case ArrayLoadInstruction load -> load.typeKind() == TypeKind.DOUBLE;
      case ArrayStoreInstruction store -> store.typeKind() == TypeKind.DOUBLE;
      default -> false;
    };
  }
}
