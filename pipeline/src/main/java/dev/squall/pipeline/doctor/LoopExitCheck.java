package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.ControlFlow.Loop;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Loops whose ways out the compiler loses: a {@code break} leads to the end of the innermost C loop
 * and no further, so that all ways must meet there with nothing done on one of them alone. One
 * plain break is right; two, or one beside a flag in the loop's condition, are not.
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
      List<Exit> breaks = breaks(loop, exits, method);
      if (exits.stream().map(Exit::to).distinct().count() > 1) {
        report(exits.getLast(), "a loop whose ways out lead to different places", method, report);
      } else if (breaks.size() > 1 || !breaks.isEmpty() && exits.size() > 2) {
        report(
            breaks.getLast(),
            "a loop with %d ways out, one of them a break".formatted(exits.size()),
            method,
            report);
      }
    }
  }

  private static void report(Exit exit, String detail, Analysis method, Report report) {
    report.add(Rule.LOOP_EXITS, method.body(), method.flow().block(exit.from()).last(), detail);
  }

  private static List<Exit> exits(Loop loop, Analysis method) {
    ControlFlow flow = method.flow();
    List<Exit> exits = new ArrayList<>();
    for (int from = loop.blocks().nextSetBit(0); from >= 0; ) {
      for (int to : flow.block(from).next()) {
        if (!loop.has(to) && method.edge(from, to) != null && !ends(flow.block(to), method)) {
          boolean jump = isJump(flow.block(to), method.body());
          exits.add(new Exit(from, place(flow.block(to), method).number(), jump));
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

  /** Where a way out leads, past what changes no local variable. */
  private static Block place(Block block, Analysis method) {
    Block place = block;
    while (place.next().size() == 1 && place.previous().size() == 1 && keepsLocals(place, method)) {
      place = method.flow().block(place.next().getFirst());
    }
    return place;
  }

  private static boolean keepsLocals(Block block, Analysis method) {
    boolean pushes =
        method.reached(block.first())
            && method.reached(method.flow().block(block.next().getFirst()).first())
            && method.before(method.flow().block(block.next().getFirst()).first()).depth()
                > method.before(block.first()).depth();
    return !pushes
        && IntStream.rangeClosed(block.first(), block.last())
            .mapToObj(method.body()::instruction)
            .noneMatch(
                step -> step instanceof StoreInstruction || step instanceof IncrementInstruction);
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
