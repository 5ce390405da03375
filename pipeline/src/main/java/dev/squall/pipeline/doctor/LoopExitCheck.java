package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.ControlFlow.Loop;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Loops that are left in more ways than one break: through two loops at once, by a flag in the
 * condition and a break, or inside a loop that has a second way out itself.
 */
final class LoopExitCheck implements Check {
  /**
   * A way out of a loop.
   *
   * @param from the block inside
   * @param jump whether a jump of its own leads out, as a break does
   */
  private record Exit(int from, int to, boolean jump) {}

  @Override
  public void examine(Analysis method, Report report) {
    ControlFlow flow = method.flow();
    for (Loop loop : flow.loopsOutermostFirst()) {
      if (!method.reached(flow.block(loop.header()).first())) {
        continue;
      }
      List<Exit> exits = exits(loop, method);
      Exit far =
          exits.stream().filter(exit -> leavesTwo(exit, loop, flow)).findFirst().orElse(null);
      List<Exit> breaks = breaks(loop, exits, method);
      if (far != null) {
        report(far, "a jump out of two loops at once", method, report);
      } else if (!breaks.isEmpty() && exits.size() > 2) {
        report(
            breaks.getFirst(),
            "a loop with %d ways out, one of them a break".formatted(exits.size()),
            method,
            report);
      } else if (exits.size() > 1 && insideOfAnother(loop, method)) {
        report(
            exits.getLast(),
            "a loop with two ways out in a loop with two ways out",
            method,
            report);
      }
    }
  }

  private static void report(Exit exit, String detail, Analysis method, Report report) {
    report.add(Rule.LOOP_EXITS, method.body(), method.flow().block(exit.from()).last(), detail);
  }

  private static boolean insideOfAnother(Loop loop, Analysis method) {
    return method.flow().loopsOutermostFirst().stream()
        .anyMatch(outer -> loop.within(outer) && exits(outer, method).size() > 1);
  }

  private static boolean leavesTwo(Exit exit, Loop loop, ControlFlow flow) {
    return flow.loopsOutermostFirst().stream()
        .anyMatch(outer -> loop.within(outer) && !outer.has(exit.to()));
  }

  private static List<Exit> exits(Loop loop, Analysis method) {
    ControlFlow flow = method.flow();
    List<Exit> exits = new ArrayList<>();
    for (int from = loop.blocks().nextSetBit(0); from >= 0; ) {
      for (int to : flow.block(from).next()) {
        if (!loop.has(to) && method.edge(from, to) != null && !ends(flow.block(to), method)) {
          Block target = flow.block(to);
          boolean jump = isJump(target, method.body());
          exits.add(new Exit(from, jump ? target.next().getFirst() : to, jump));
        }
      }
      from = loop.blocks().nextSetBit(from + 1);
    }
    return exits;
  }

  /** A throw, or a return of the task itself: both are compiled to one. */
  private static boolean ends(Block block, Analysis method) {
    boolean own = block.previous().size() == 1;
    return switch (method.flow().lastOf(block)) {
      case ThrowInstruction ignored -> true;
      case ReturnInstruction ignored -> own && method.isKernel() && block.first() == block.last();
      default -> false;
    };
  }

  private static boolean isJump(Block block, Body body) {
    return block.first() == block.last() && body.instruction(block.first()).opcode() == Opcode.GOTO;
  }

  /** The exits that are not part of the loop's own condition. */
  private static List<Exit> breaks(Loop loop, List<Exit> exits, Analysis method) {
    ControlFlow flow = method.flow();
    Set<Integer> condition = new Conditions(method.body(), flow).group(flow.block(loop.header()));
    return exits.stream().filter(exit -> exit.jump() || !condition.contains(exit.from())).toList();
  }
}
