package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.Instruction;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes of arrays whose origin is known. */
final class Accesses {
  /**
   * One access.
   *
   * @param index the element; null where a call may do anything with the array
   */
  record Access(int instruction, Source array, boolean reads, boolean writes, Value index) {}

  private Accesses() {}

  /** In the order of the code. */
  static List<Access> of(Analysis method) {
    List<Access> accesses = new ArrayList<>();
    for (int i = 0; i < method.body().instructions().size(); i++) {
      if (method.reached(i)) {
        add(i, method.body().instruction(i), method.before(i), accesses);
      }
    }
    return accesses;
  }

  private static void add(int i, Instruction instruction, Frame before, List<Access> accesses) {
    switch (instruction) {
      case ArrayLoadInstruction ignored ->
          add(i, before.peek(1), true, false, before.peek(0), accesses);
      case ArrayStoreInstruction ignored ->
          add(i, before.peek(2), false, true, before.peek(1), accesses);
      case InvokeInstruction call -> {
        if (Api.readsElement(call)) {
          add(i, before.peek(1), true, false, before.peek(0), accesses);
        } else if (Api.writesElement(call)) {
          add(i, before.peek(2), false, true, before.peek(1), accesses);
        } else if (!Api.readsSize(call)) {
          for (Value argument : before.top(call.typeSymbol().parameterCount())) {
            if (argument.kind() == TypeKind.REFERENCE) {
              add(i, argument, true, true, null, accesses);
            }
          }
        }
      }
      default -> {
        // No array.
      }
    }
  }

  private static void add(
      int i, Value array, boolean reads, boolean writes, Value index, List<Access> accesses) {
    if (array.source() instanceof Source source) {
      accesses.add(new Access(i, source, reads, writes, index));
    }
  }
}
