package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Accesses.Access;
import dev.squall.pipeline.doctor.Branching.Operands;
import dev.squall.pipeline.doctor.Branching.Relation;
import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.ParallelLoops.ParallelLoop;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.List;

/** The form of {@code @Parallel} loops, and what stands between them. */
final class ParallelCheck implements Check {
  private static final int DEEPEST = 3;

  @Override
  public void examine(Analysis method, Report report) {
    List<ParallelLoop> loops = ParallelLoops.of(method);
    List<Access> accesses = Accesses.of(method);
    for (int i = 0; i < loops.size(); i++) {
      ParallelLoop loop = loops.get(i);
      examineStart(loop, method, report);
      examineCondition(loop, method, report);
      examineSteps(loop, method, report);
      if (loops.stream().filter(loop::within).count() >= DEEPEST) {
        report(
            Rule.PARALLEL_DEPTH, loop, "one more @Parallel loop inside of three", method, report);
      }
      for (ParallelLoop earlier : loops.subList(0, i)) {
        if (!loop.within(earlier) && depend(earlier, loop, accesses, method)) {
          report(
              Rule.DEPENDENT_PARALLEL,
              loop,
              "it works on an array of the loop in line "
                  + method.body().line(header(earlier, method).last()),
              method,
              report);
        }
      }
    }
  }

  private static Block header(ParallelLoop loop, Analysis method) {
    return method.flow().block(loop.loop().header());
  }

  private static void report(
      Rule rule, ParallelLoop loop, String detail, Analysis method, Report report) {
    report.add(rule, method.body(), header(loop, method).last(), detail);
  }

  private static void examineStart(ParallelLoop loop, Analysis method, Report report) {
    for (int from : header(loop, method).previous()) {
      Frame frame = method.edge(from, loop.loop().header());
      if (!loop.loop().has(from) && frame != null) {
        Value start = frame.local(loop.slot());
        if (start == null || !start.isConstant()) {
          report(Rule.PARALLEL_FORM, loop, "its start is no constant", method, report);
        }
      }
    }
  }

  private static void examineSteps(ParallelLoop loop, Analysis method, Report report) {
    Body body = method.body();
    int steps = 0;
    for (int i = 0; i < body.instructions().size(); i++) {
      boolean inside = loop.loop().has(method.flow().blockAt(i).number()) && method.reached(i);
      if (inside && assigns(body.instruction(i), loop.slot())) {
        steps++;
        examineStep(i, loop, method, report);
      }
    }
    if (steps > 1) {
      report(Rule.PARALLEL_FORM, loop, "its counter is changed in several places", method, report);
    }
  }

  private static boolean assigns(Instruction instruction, int slot) {
    return switch (instruction) {
      case IncrementInstruction increment -> increment.slot() == slot;
      case StoreInstruction store -> store.slot() == slot;
      default -> false;
    };
  }

  private static void examineStep(int i, ParallelLoop loop, Analysis method, Report report) {
    Body body = method.body();
    double step;
    if (body.instruction(i) instanceof IncrementInstruction increment) {
      step = increment.constant();
    } else {
      Opcode opcode = body.instruction(i - 1).opcode();
      boolean sum = (opcode == Opcode.IADD || opcode == Opcode.ISUB) && method.reached(i - 1);
      Value by = sum ? method.before(i - 1).peek(0) : null;
      boolean ofCounter = sum && method.before(i - 1).peek(1).slot() == loop.slot();
      if (!ofCounter || !by.isConstant()) {
        report(Rule.PARALLEL_FORM, loop, "its step is no constant", method, report);
        return;
      }
      step = opcode == Opcode.IADD ? by.low() : -by.low();
    }
    if (step < 0) {
      report(Rule.DESCENDING_PARALLEL, loop, "it counts down", method, report);
    } else if (step > 1 && !isFixed(bound(loop, method))) {
      report(
          Rule.STEPPED_PARALLEL, loop, "its bound is no constant to the compiler", method, report);
    }
  }

  private static boolean isFixed(Value bound) {
    return bound == null
        || bound.isConstant()
        || bound.isFolded()
        || bound.origin() == Value.Origin.SIZE;
  }

  /** What the counter is compared with, null if that is not plain. */
  private static Value bound(ParallelLoop loop, Analysis method) {
    Block header = header(loop, method);
    if (!method.flow().isCondition(header)
        || !(method.body().instruction(header.last()) instanceof BranchInstruction branch)) {
      return null;
    }
    Operands operands = Branching.compared(branch.opcode(), method.before(header.last()));
    if (operands.left().slot() == loop.slot()) {
      return operands.right();
    }
    return operands.right().slot() == loop.slot() ? operands.left() : null;
  }

  private static void examineCondition(ParallelLoop loop, Analysis method, Report report) {
    Block header = header(loop, method);
    Frame before = method.before(header.last());
    Instruction last = method.body().instruction(header.last());
    if (!method.flow().isCondition(header) || !(last instanceof BranchInstruction branch)) {
      report(Rule.PARALLEL_FORM, loop, "it has no condition of its own", method, report);
      return;
    }
    Operands operands = Branching.compared(branch.opcode(), before);
    boolean left = operands.left().slot() == loop.slot();
    boolean right = operands.right().slot() == loop.slot();
    Relation jumps = Branching.relation(branch.opcode());
    if (jumps == null || !left && !right) {
      report(
          Rule.PARALLEL_FORM, loop, "its condition does not compare the counter", method, report);
      return;
    }
    Relation stays = loop.loop().has(header.next().getFirst()) ? jumps : jumps.negated();
    Value bound = left ? operands.right() : operands.left();
    switch (left ? stays : stays.swapped()) {
      case LESS, LESS_OR_EQUAL -> examineBound(bound, loop, method, report);
      case GREATER, GREATER_OR_EQUAL ->
          report(Rule.DESCENDING_PARALLEL, loop, "it counts down", method, report);
      default ->
          report(Rule.PARALLEL_FORM, loop, "its condition is neither < nor <=", method, report);
    }
  }

  private static void examineBound(Value bound, ParallelLoop loop, Analysis method, Report report) {
    String what =
        bound.isConstant()
            ? "a constant"
            : switch (bound.origin()) {
              case PARAMETER -> "a scalar parameter";
              case SIZE -> "the size of an array";
              default -> null;
            };
    if (what != null) {
      report(Rule.FPGA_BOUND, loop, "its bound is " + what, method, report);
    }
  }

  /** Whether one loop reads what the other writes. */
  private static boolean depend(
      ParallelLoop a, ParallelLoop b, List<Access> accesses, Analysis method) {
    return accesses.stream()
        .filter(access -> isIn(a, access, method))
        .anyMatch(
            first ->
                accesses.stream()
                    .filter(access -> isIn(b, access, method))
                    .filter(second -> second.array().equals(first.array()))
                    .anyMatch(
                        second ->
                            first.writes() && second.reads() || first.reads() && second.writes()));
  }

  private static boolean isIn(ParallelLoop loop, Access access, Analysis method) {
    return loop.loop().has(method.flow().blockAt(access.instruction()).number());
  }
}
