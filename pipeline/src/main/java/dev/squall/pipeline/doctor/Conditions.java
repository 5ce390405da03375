package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Block;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ConstantDescs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Conditions that decide together, as {@code a && b || c} does and as nested ifs with nothing in
 * between do: blocks that end with a condition, of which all but the first do nothing else and are
 * reached from the others alone.
 */
final class Conditions {
  private final Body body;
  private final ControlFlow flow;

  Conditions(Body body, ControlFlow flow) {
    this.body = body;
    this.flow = flow;
  }

  /** The numbers of all blocks that decide together with {@code first}, itself included. */
  Set<Integer> group(Block first) {
    Set<Integer> group = new TreeSet<>(Set.of(first.number()));
    boolean grew = flow.isCondition(first);
    while (grew) {
      grew = false;
      for (int member : List.copyOf(group)) {
        for (int next : flow.block(member).next()) {
          Block block = flow.block(next);
          if (!group.contains(next) && onlyDecides(block) && group.containsAll(block.previous())) {
            group.add(next);
            grew = true;
          }
        }
      }
    }
    return group;
  }

  /** Whether a block does nothing but to work out a condition. */
  private boolean onlyDecides(Block block) {
    if (!flow.isCondition(block)) {
      return false;
    }
    for (int i = block.first(); i < block.last(); i++) {
      if (!isPure(body.instruction(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPure(Instruction instruction) {
    return switch (instruction) {
      case LoadInstruction ignored -> true;
      case ConstantInstruction ignored -> true;
      case OperatorInstruction ignored -> true;
      case ConvertInstruction ignored -> true;
      case ArrayLoadInstruction ignored -> true;
      case StackInstruction ignored -> true;
      case TypeCheckInstruction ignored -> true;
      case FieldInstruction field ->
          field.opcode() == Opcode.GETFIELD || field.opcode() == Opcode.GETSTATIC;
      case InvokeInstruction call -> !call.typeSymbol().returnType().equals(ConstantDescs.CD_void);
      default -> false;
    };
  }

  /**
   * Where a group leads to, with the number of ways there. Blocks that do the same and go on to the
   * same place count as one, as the compiler merges them.
   */
  Map<String, Integer> targets(Set<Integer> group) {
    Map<String, Integer> targets = new LinkedHashMap<>();
    for (int member : group) {
      for (int next : flow.block(member).next()) {
        if (!group.contains(next)) {
          targets.merge(identity(flow.block(next)), 1, Integer::sum);
        }
      }
    }
    return targets;
  }

  /** What a block does and where it goes, if that is a store or two; else its number. */
  private String identity(Block block) {
    List<String> steps = new ArrayList<>();
    for (int i = block.first(); i <= block.last(); i++) {
      Instruction instruction = body.instruction(i);
      switch (instruction) {
        case StoreInstruction store -> steps.add("store " + store.slot());
        case ConstantInstruction constant -> steps.add("constant " + constant.constantValue());
        case LoadInstruction load -> steps.add("load " + load.slot());
        case BranchInstruction branch when branch.opcode() == Opcode.GOTO -> {
          // Where it goes is said below.
        }
        case ReturnInstruction end -> steps.add(end.opcode().name());
        default -> {
          return "block " + block.number();
        }
      }
    }
    boolean nothing = steps.isEmpty();
    int end = block.next().isEmpty() ? -1 : block.next().getFirst();
    if (nothing) {
      return end < 0 ? "end" : identity(flow.block(end));
    }
    // A block that more than one group leads to joins ways, and is a place of its own.
    return block.previous().size() > 1 ? "block " + block.number() : steps + " then " + end;
  }
}
