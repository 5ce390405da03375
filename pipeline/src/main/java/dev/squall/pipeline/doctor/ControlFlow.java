package dev.squall.pipeline.doctor;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Basic blocks of a method and its loops. Exception handlers are left out: TornadoVM drops them
 * too.
 */
final class ControlFlow {
  private final Body body;
  private final List<Block> blocks = new ArrayList<>();
  private final int[] blockOf;
  private final BitSet[] dominators;
  private final List<Loop> loops;

  ControlFlow(Body body) {
    this.body = body;
    this.blockOf = new int[body.instructions().size()];
    cut();
    connect();
    this.dominators = dominators();
    this.loops = loops();
  }

  /**
   * Instructions that run one after another.
   *
   * @param last index of the last one
   * @param next blocks that may follow: for a condition first the one it jumps to
   * @param previous blocks that may run before
   */
  record Block(int number, int first, int last, List<Integer> next, Set<Integer> previous) {}

  /**
   * A natural loop.
   *
   * @param header number of the block that every round passes first
   * @param blocks numbers of its blocks, the header included
   */
  record Loop(int header, BitSet blocks) {
    boolean has(int block) {
      return blocks.get(block);
    }

    boolean within(Loop other) {
      return this != other
          && other.has(header)
          && blocks.cardinality() < other.blocks.cardinality();
    }
  }

  List<Block> blocks() {
    return blocks;
  }

  Block block(int number) {
    return blocks.get(number);
  }

  Block blockAt(int instruction) {
    return blocks.get(blockOf[instruction]);
  }

  /** Outer loops before inner ones. */
  List<Loop> loopsOutermostFirst() {
    return loops;
  }

  Instruction lastOf(Block block) {
    return body.instruction(block.last());
  }

  /** Whether a block ends by choosing between two others. */
  boolean isCondition(Block block) {
    return lastOf(block) instanceof BranchInstruction branch && isConditional(branch);
  }

  static boolean isConditional(BranchInstruction branch) {
    return branch.opcode() != Opcode.GOTO && branch.opcode() != Opcode.GOTO_W;
  }

  boolean dominates(int dominator, int block) {
    return dominators[block].get(dominator);
  }

  /** Whether an edge leads back to the start of a loop. */
  boolean isBackEdge(int from, int to) {
    return dominates(to, from);
  }

  /** All reachable blocks, each after those that lead to it in the same round of its loops. */
  List<Block> forwardOrder() {
    List<Block> finished = new ArrayList<>();
    visit(0, new BitSet(), finished);
    return finished.reversed();
  }

  private void visit(int number, BitSet seen, List<Block> finished) {
    seen.set(number);
    for (int next : blocks.get(number).next()) {
      if (!seen.get(next) && !isBackEdge(number, next)) {
        visit(next, seen, finished);
      }
    }
    finished.add(blocks.get(number));
  }

  private void cut() {
    int count = body.instructions().size();
    TreeSet<Integer> starts = new TreeSet<>();
    starts.add(0);
    for (int i = 0; i < count; i++) {
      List<Integer> targets = targets(i);
      starts.addAll(targets);
      if (!targets.isEmpty() || endsFlow(body.instruction(i))) {
        starts.add(i + 1);
      }
    }
    body.code().exceptionHandlers().forEach(caught -> starts.add(body.index(caught.handler())));
    starts.removeIf(start -> start >= count);
    List<Integer> order = List.copyOf(starts);
    for (int n = 0; n < order.size(); n++) {
      int end = n + 1 < order.size() ? order.get(n + 1) : count;
      blocks.add(new Block(n, order.get(n), end - 1, new ArrayList<>(), new LinkedHashSet<>()));
      for (int i = order.get(n); i < end; i++) {
        blockOf[i] = n;
      }
    }
  }

  private void connect() {
    for (Block block : blocks) {
      for (int target : targets(block.last())) {
        link(block, blockOf[target]);
      }
      Instruction last = lastOf(block);
      boolean falls =
          !endsFlow(last)
              && !(last instanceof BranchInstruction branch && !isConditional(branch))
              && block.last() + 1 < blockOf.length;
      if (falls) {
        link(block, block.number() + 1);
      }
    }
  }

  private void link(Block from, int to) {
    from.next().add(to);
    blocks.get(to).previous().add(from.number());
  }

  private static boolean endsFlow(Instruction instruction) {
    return instruction instanceof ReturnInstruction
        || instruction instanceof ThrowInstruction
        || instruction instanceof TableSwitchInstruction
        || instruction instanceof LookupSwitchInstruction;
  }

  /** Where an instruction may jump to; the default of a switch comes first. */
  private List<Integer> targets(int index) {
    return switch (body.instruction(index)) {
      case BranchInstruction branch -> List.of(body.index(branch.target()));
      case TableSwitchInstruction choice ->
          targets(body.index(choice.defaultTarget()), choice.cases());
      case LookupSwitchInstruction choice ->
          targets(body.index(choice.defaultTarget()), choice.cases());
      default -> List.of();
    };
  }

  private List<Integer> targets(int byDefault, List<SwitchCase> cases) {
    List<Integer> targets = new ArrayList<>(List.of(byDefault));
    cases.forEach(one -> targets.add(body.index(one.target())));
    return targets;
  }

  private BitSet[] dominators() {
    BitSet[] sets = new BitSet[blocks.size()];
    for (Block block : blocks) {
      sets[block.number()] = new BitSet();
      sets[block.number()].set(0, blocks.size());
    }
    sets[0].clear();
    sets[0].set(0);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : blocks.subList(1, blocks.size())) {
        BitSet meet = new BitSet();
        meet.set(0, blocks.size());
        for (int before : block.previous()) {
          meet.and(sets[before]);
        }
        meet.set(block.number());
        if (!meet.equals(sets[block.number()])) {
          sets[block.number()] = meet;
          changed = true;
        }
      }
    }
    return sets;
  }

  private List<Loop> loops() {
    Map<Integer, BitSet> byHeader = new TreeMap<>();
    BitSet reachable = reachable();
    for (Block block : blocks) {
      for (int header : block.next()) {
        if (reachable.get(block.number()) && dominates(header, block.number())) {
          byHeader
              .computeIfAbsent(header, key -> new BitSet())
              .or(blocksOfLoop(header, block.number()));
        }
      }
    }
    return byHeader.entrySet().stream()
        .map(entry -> new Loop(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingInt((Loop loop) -> -loop.blocks().cardinality()))
        .toList();
  }

  private BitSet reachable() {
    BitSet seen = new BitSet();
    Deque<Integer> open = new ArrayDeque<>(List.of(0));
    while (!open.isEmpty()) {
      int number = open.pop();
      if (!seen.get(number)) {
        seen.set(number);
        open.addAll(blocks.get(number).next());
      }
    }
    return seen;
  }

  private BitSet blocksOfLoop(int header, int latch) {
    BitSet inside = new BitSet();
    inside.set(header);
    Deque<Integer> open = new ArrayDeque<>(List.of(latch));
    while (!open.isEmpty()) {
      int number = open.pop();
      if (!inside.get(number)) {
        inside.set(number);
        open.addAll(blocks.get(number).previous());
      }
    }
    return inside;
  }
}
