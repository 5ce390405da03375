package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Branching.Operands;
import dev.squall.pipeline.doctor.Branching.Relation;
import dev.squall.pipeline.doctor.ControlFlow.Block;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Conditions that the compiler prints without the parentheses or negations that they need.
 *
 * <ul>
 *   <li>{@code &&} and {@code ||} in one decision: one of the later conditions is reached in two
 *       ways, which never happens in a chain of one connective.
 *   <li>An {@code &&} that sets a variable to a constant, and right after it another chain that
 *       sets it to the same: the compiler makes one decision of both.
 *   <li>A number between two constants, or outside of them: two comparisons become an unsigned one.
 *   <li>A variable that says whether an {@code &&} held, as part of a later {@code ||}.
 * </ul>
 */
final class ConditionCheck implements Check {
  /**
   * Conditions that decide together.
   *
   * @param first the block that decides first
   * @param targets where they lead, with the number of ways
   */
  private record Group(Block first, Set<Integer> blocks, Map<String, Integer> targets) {
    boolean isChain() {
      return blocks.size() > 1 && targets.size() == 2;
    }
  }

  @Override
  public void examine(Analysis method, Report report) {
    List<Group> groups = groups(method);
    Set<Integer> flags = new HashSet<>();
    groups.forEach(group -> flags.addAll(flags(group, method)));
    for (Group group : groups) {
      if (isMixed(group, method)) {
        add(
            group,
            "%d conditions decide one branch, not all by && or all by ||"
                .formatted(group.blocks().size()),
            method,
            report);
      } else if (testsRange(group, method)) {
        report.add(
            Rule.RANGE_TEST,
            method.body(),
            group.first().last(),
            "a number is compared with two constants");
      } else if (repeats(group, groups, method)) {
        add(group, "&& sets what the next condition sets to the same", method, report);
      } else if (group.isChain() && isDisjunction(group, method) && tests(group, flags, method)) {
        add(group, "|| with a variable that an && has set", method, report);
      }
    }
  }

  private static void add(Group group, String detail, Analysis method, Report report) {
    report.add(Rule.MIXED_CONDITION, method.body(), group.first().last(), detail);
  }

  private static List<Group> groups(Analysis method) {
    ControlFlow flow = method.flow();
    Conditions conditions = new Conditions(method.body(), flow);
    Set<Integer> seen = new HashSet<>();
    List<Group> groups = new ArrayList<>();
    for (Block block : flow.blocks()) {
      if (flow.isCondition(block) && method.reached(block.first()) && seen.add(block.number())) {
        Set<Integer> blocks = conditions.group(block);
        seen.addAll(blocks);
        groups.add(new Group(block, blocks, conditions.targets(blocks)));
      }
    }
    return groups;
  }

  private static boolean isMixed(Group group, Analysis method) {
    return group.isChain()
        && group.blocks().stream()
            .filter(member -> member != group.first().number())
            .anyMatch(member -> method.flow().block(member).previous().size() > 1);
  }

  /** Whether a condition and the next one compare a variable with constants. */
  private static boolean testsRange(Group group, Analysis method) {
    for (int member : group.blocks()) {
      int slot = boundedSlot(member, method);
      for (int next : method.flow().block(member).next()) {
        boolean linked =
            group.blocks().contains(next)
                && (group.isChain()
                    || !Collections.disjoint(
                        method.flow().block(member).next(), method.flow().block(next).next()));
        if (slot >= 0 && linked && boundedSlot(next, method) == slot) {
          return true;
        }
      }
    }
    return false;
  }

  /** The local variable whose order with a constant a condition tests, or −1. */
  private static int boundedSlot(int member, Analysis method) {
    Block block = method.flow().block(member);
    if (!method.reached(block.last())
        || !(method.body().instruction(block.last()) instanceof BranchInstruction branch)) {
      return -1;
    }
    Relation relation = Branching.relation(branch.opcode());
    if (relation == null || relation == Relation.EQUAL || relation == Relation.UNEQUAL) {
      return -1;
    }
    Operands operands = Branching.compared(branch.opcode(), method.before(block.last()));
    boolean swapped = isFixed(operands.left());
    Value number = swapped ? operands.right() : operands.left();
    Value bound = swapped ? operands.left() : operands.right();
    return number.isInteger() && isFixed(bound) ? number.slot() : -1;
  }

  private static boolean isFixed(Value value) {
    return value.isConstant() || value.isFolded();
  }

  /** The blocks just behind a group that do nothing but to set a variable to a constant. */
  private static List<Block> arms(Group group, Analysis method) {
    ControlFlow flow = method.flow();
    List<Block> arms = new ArrayList<>();
    for (int member : group.blocks()) {
      for (int next : flow.block(member).next()) {
        Block block = flow.block(next);
        if (!group.blocks().contains(next)
            && block.next().size() == 1
            && !constantStore(block, method).isEmpty()) {
          arms.add(block);
        }
      }
    }
    return arms;
  }

  /** The constant and the variable that a block sets and nothing else, as text; or empty. */
  private static String constantStore(Block block, Analysis method) {
    Body body = method.body();
    boolean two =
        block.last() > block.first()
            && body.instruction(block.first()) instanceof ConstantInstruction
            && body.instruction(block.first() + 1) instanceof StoreInstruction;
    boolean goesOn =
        block.last() == block.first() + 1
            || block.last() == block.first() + 2
                && body.instruction(block.last()).opcode() == Opcode.GOTO;
    if (!two
        || !goesOn
        || !(body.instruction(block.first()) instanceof ConstantInstruction constant)
        || !(body.instruction(block.first() + 1) instanceof StoreInstruction store)) {
      return "";
    }
    return constant.constantValue() + " to " + store.slot();
  }

  /** Whether an {@code &&} leads by its arm to a chain with the same arm. */
  private static boolean repeats(Group group, List<Group> groups, Analysis method) {
    if (!group.isChain()) {
      return false;
    }
    for (Block arm : arms(group, method)) {
      boolean conjunction = arm.previous().size() == 1;
      int next = arm.next().getFirst();
      for (Group other : groups) {
        if (conjunction && other.isChain() && other.first().number() == next) {
          String set = constantStore(arm, method);
          if (arms(other, method).stream()
              .anyMatch(block -> constantStore(block, method).equals(set))) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** The variables that say whether an {@code &&} held. */
  private static Set<Integer> flags(Group group, Analysis method) {
    Set<Integer> slots = new HashSet<>();
    if (!group.isChain()) {
      return slots;
    }
    Body body = method.body();
    ControlFlow flow = method.flow();
    for (Block arm : arms(group, method)) {
      if (arm.previous().size() == 1
          && body.instruction(arm.first() + 1) instanceof StoreInstruction store) {
        slots.add(store.slot());
      }
    }
    for (int member : group.blocks()) {
      for (int next : flow.block(member).next()) {
        Block arm = flow.block(next);
        boolean pushes =
            !group.blocks().contains(next)
                && arm.previous().size() == 1
                && body.instruction(arm.first()) instanceof ConstantInstruction
                && arm.next().size() == 1
                && arm.last() <= arm.first() + 1;
        if (pushes
            && body.instruction(flow.block(arm.next().getFirst()).first())
                instanceof StoreInstruction store) {
          slots.add(store.slot());
        }
      }
    }
    return slots;
  }

  private static boolean tests(Group group, Set<Integer> flags, Analysis method) {
    for (int member : group.blocks()) {
      Block block = method.flow().block(member);
      if (method.reached(block.last())
          && method.body().instruction(block.last()) instanceof BranchInstruction branch) {
        Operands operands = Branching.compared(branch.opcode(), method.before(block.last()));
        if (flags.contains(operands.left().slot()) || flags.contains(operands.right().slot())) {
          return true;
        }
      }
    }
    return false;
  }

  /** In an {@code ||} a condition that holds jumps over the others, to where the last falls. */
  private static boolean isDisjunction(Group group, Analysis method) {
    ControlFlow flow = method.flow();
    Block last = flow.block(Collections.max(group.blocks()));
    int fall = last.number() + 1;
    return group.blocks().stream()
        .filter(member -> member != last.number())
        .anyMatch(member -> flow.block(member).next().getFirst() == fall);
  }
}
