package dev.squall.pipeline.doctor;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;

/** What the outcome of a condition tells of the numbers that it compared. */
final class Branching {
  /** How two numbers stand to each other. */
  enum Relation {
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    Relation negated() {
      return switch (this) {
        case EQUAL -> UNEQUAL;
        case UNEQUAL -> EQUAL;
        case LESS -> GREATER_OR_EQUAL;
        case LESS_OR_EQUAL -> GREATER;
        case GREATER -> LESS_OR_EQUAL;
        case GREATER_OR_EQUAL -> LESS;
      };
    }

    /** The same seen from the other side. */
    Relation swapped() {
      return switch (this) {
        case EQUAL, UNEQUAL -> this;
        case LESS -> GREATER;
        case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
        case GREATER -> LESS;
        case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
      };
    }
  }

  private Branching() {}

  /** How many values a branch takes from the stack. */
  static int operands(Opcode opcode) {
    return switch (opcode) {
      case GOTO, GOTO_W -> 0;
      case IF_ICMPEQ, IF_ICMPNE, IF_ICMPLT, IF_ICMPGE, IF_ICMPGT, IF_ICMPLE -> 2;
      case IF_ACMPEQ, IF_ACMPNE -> 2;
      default -> 1;
    };
  }

  /** What holds if a branch jumps; null for references. */
  static Relation relation(Opcode opcode) {
    return switch (opcode) {
      case IFEQ, IF_ICMPEQ -> Relation.EQUAL;
      case IFNE, IF_ICMPNE -> Relation.UNEQUAL;
      case IFLT, IF_ICMPLT -> Relation.LESS;
      case IFGE, IF_ICMPGE -> Relation.GREATER_OR_EQUAL;
      case IFGT, IF_ICMPGT -> Relation.GREATER;
      case IFLE, IF_ICMPLE -> Relation.LESS_OR_EQUAL;
      default -> null;
    };
  }

  /** The numbers that a branch compares: its operands, or those of the comparison before it. */
  record Operands(Value left, Value right) {}

  /**
   * @param before the frame just before the branch
   */
  static Operands compared(Opcode opcode, Frame before) {
    if (operands(opcode) == 2) {
      return new Operands(before.peek(1), before.peek(0));
    }
    if (before.peek(0).source() instanceof Value.Comparison comparison) {
      return new Operands(comparison.left(), comparison.right());
    }
    return new Operands(before.peek(0), Value.of(TypeKind.INT, 0, 0));
  }

  /**
   * The frame after the branch on one of its two ways, null if that way is never taken.
   *
   * @param before the frame just before the branch
   * @param after the frame just after it, which is changed
   */
  static Frame follow(Opcode opcode, boolean jumps, Frame before, Frame after) {
    Relation relation = relation(opcode);
    if (relation == null) {
      return after;
    }
    Operands operands = compared(opcode, before);
    Relation holds = jumps ? relation : relation.negated();
    if (!(restrict(operands.left(), holds, operands.right(), after)
        && restrict(operands.right(), holds.swapped(), operands.left(), after))) {
      return null;
    }
    return after;
  }

  /** Narrows the local variable that holds {@code value}; false if nothing is left. */
  private static boolean restrict(Value value, Relation holds, Value other, Frame frame) {
    if (value.kind() == TypeKind.REFERENCE) {
      return true;
    }
    double step = value.isInteger() ? 1 : 0;
    double low = value.low();
    double high = value.high();
    switch (holds) {
      case EQUAL -> {
        low = Math.max(low, other.low());
        high = Math.min(high, other.high());
      }
      case UNEQUAL -> {
        if (step == 1 && other.isConstant()) {
          low = low == other.low() ? low + 1 : low;
          high = high == other.high() ? high - 1 : high;
        }
      }
      case LESS -> high = Math.min(high, other.high() - step);
      case LESS_OR_EQUAL -> high = Math.min(high, other.high());
      case GREATER -> low = Math.max(low, other.low() + step);
      case GREATER_OR_EQUAL -> low = Math.max(low, other.low());
    }
    if (low > high) {
      return false;
    }
    if (value.slot() >= 0 && frame.local(value.slot()) != null) {
      boolean bounded = holds == Relation.LESS || holds == Relation.LESS_OR_EQUAL;
      Value narrowed = frame.local(value.slot()).withRange(low, high);
      frame.setLocal(value.slot(), bounded ? narrowed.withGrown(false) : narrowed);
    }
    return true;
  }
}
