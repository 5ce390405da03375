package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Accesses.Access;
import dev.squall.pipeline.doctor.Branching.Operands;
import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.ControlFlow.Loop;
import dev.squall.pipeline.doctor.ParallelLoops.ParallelLoop;
import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Arrays that a task only writes, and plainly not everywhere: under a condition that data decide,
 * or from a loop that leaves elements out. TornadoVM brings the rest back as device garbage.
 */
final class OutputCheck implements Check {
  @Override
  public void examine(Analysis method, Report report) {
    if (!method.isKernel()) {
      return;
    }
    List<Access> accesses = Accesses.of(method);
    List<ParallelLoop> loops = ParallelLoops.of(method);
    Set<Source> arrays =
        accesses.stream()
            .map(Access::array)
            .filter(array -> array.kind() == Source.Kind.PARAMETER)
            .collect(Collectors.toSet());
    for (Source array : arrays) {
      List<Access> own = accesses.stream().filter(one -> one.array().equals(array)).toList();
      if (own.stream().noneMatch(Access::reads)) {
        examine(own, loops, method, report);
      }
    }
  }

  private static void examine(
      List<Access> writes, List<ParallelLoop> loops, Analysis method, Report report) {
    ControlFlow flow = method.flow();
    Set<Integer> places = new HashSet<>();
    writes.forEach(write -> places.add(flow.blockAt(write.instruction()).number()));
    Optional<ParallelLoop> around =
        loops.stream()
            .filter(loop -> places.stream().allMatch(place -> loop.loop().has(place)))
            .reduce((outer, inner) -> inner);
    Loop round = around.map(ParallelLoop::loop).orElse(null);
    if (round == null && !loops.isEmpty()) {
      return;
    }
    Access first = writes.getFirst();
    if (dataDecide(round, places, method)) {
      report.add(
          Rule.PARTIAL_OUTPUT,
          method.body(),
          first.instruction(),
          "data decide whether the element is written");
    } else if (around.isPresent() && leavesOut(around.get(), writes, method)) {
      report.add(
          Rule.PARTIAL_OUTPUT,
          method.body(),
          first.instruction(),
          "the loop does not start at 0, or skips elements");
    }
  }

  /** Whether the loop's counter is the only index, and does not pass all numbers from 0. */
  private static boolean leavesOut(ParallelLoop loop, List<Access> writes, Analysis method) {
    boolean direct = writes.stream().allMatch(write -> write.index().slot() == loop.slot());
    if (!direct) {
      return false;
    }
    int step = step(loop, method);
    if (step != 1) {
      return step > 1;
    }
    for (int from : method.flow().block(loop.loop().header()).previous()) {
      Frame frame = method.edge(from, loop.loop().header());
      if (!loop.loop().has(from) && frame != null) {
        Value start = frame.local(loop.slot());
        return start != null && start.isConstant() && start.low() > 0;
      }
    }
    return false;
  }

  /** The constant that is added to the counter, 0 if it is not that simple. */
  private static int step(ParallelLoop loop, Analysis method) {
    Body body = method.body();
    int step = 0;
    for (int i = 0; i < body.instructions().size(); i++) {
      if (loop.loop().has(method.flow().blockAt(i).number())
          && body.instruction(i) instanceof IncrementInstruction increment
          && increment.slot() == loop.slot()) {
        step = increment.constant();
      }
    }
    return step;
  }

  /**
   * Whether a condition on data, within one round of {@code round} (or of the whole method),
   * chooses between ways that write and ways that do not.
   */
  private static boolean dataDecide(Loop round, Set<Integer> places, Analysis method) {
    ControlFlow flow = method.flow();
    BitSet writes = always(round, places, flow);
    for (Block block : flow.blocks()) {
      boolean inside = round == null || round.has(block.number());
      if (!inside || writes.get(block.number()) || !flow.isCondition(block)) {
        continue;
      }
      if (!method.reached(block.last()) || !dependsOnData(block, method)) {
        continue;
      }
      Set<Boolean> always = new HashSet<>();
      Set<Boolean> ever = new HashSet<>();
      for (int next : block.next()) {
        if (round == null || round.has(next)) {
          always.add(writes.get(next));
          ever.add(reaches(next, places, round, flow));
        }
      }
      if (always.size() > 1 || ever.size() > 1) {
        return true;
      }
    }
    return false;
  }

  private static boolean dependsOnData(Block block, Analysis method) {
    if (!(method.body().instruction(block.last()) instanceof BranchInstruction branch)) {
      return false;
    }
    Operands compared = Branching.compared(branch.opcode(), method.before(block.last()));
    return compared.left().data() || compared.right().data();
  }

  /** The blocks from which every way to the end of the round writes, if all loops end. */
  private static BitSet always(Loop round, Set<Integer> places, ControlFlow flow) {
    BitSet always = new BitSet();
    always.set(0, flow.blocks().size());
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : flow.blocks()) {
        int number = block.number();
        if (always.get(number) && !writes(number, places, round, flow)) {
          boolean all = !block.next().isEmpty();
          for (int next : block.next()) {
            boolean onward = round == null || round.has(next) && next != round.header();
            all &= onward && always.get(next);
          }
          changed |= !all;
          always.set(number, all);
        }
      }
    }
    return always;
  }

  /** Inner loops that write are taken to run at least once. */
  private static boolean writes(int block, Set<Integer> places, Loop round, ControlFlow flow) {
    return places.contains(block)
        || flow.loopsOutermostFirst().stream()
            .anyMatch(
                loop ->
                    loop.header() == block
                        && (round == null || loop.within(round))
                        && places.stream().anyMatch(loop::has));
  }

  private static boolean reaches(int from, Set<Integer> places, Loop round, ControlFlow flow) {
    return places.contains(from) || reaches(from, places, round, flow, new BitSet());
  }

  private static boolean reaches(
      int from, Set<Integer> places, Loop round, ControlFlow flow, BitSet seen) {
    seen.set(from);
    for (int next : flow.block(from).next()) {
      boolean onward = !flow.isBackEdge(from, next) && (round == null || round.has(next));
      if (onward && !seen.get(next)) {
        if (places.contains(next) || reaches(next, places, round, flow, seen)) {
          return true;
        }
      }
    }
    return false;
  }
}
