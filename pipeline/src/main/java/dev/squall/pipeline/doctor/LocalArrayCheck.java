package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Accesses.Access;
import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.ControlFlow.Loop;
import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.constant.ClassDesc;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Local arrays that are read before anything can have been written to them: loops that write are
 * taken to run at least once, and of two ways one that writes is enough. And local memory that is
 * handed to a method of the kernel's own.
 */
final class LocalArrayCheck implements Check {
  private final ClassPath classPath;

  LocalArrayCheck(ClassPath classPath) {
    this.classPath = classPath;
  }

  @Override
  public void examine(Analysis method, Report report) {
    List<Access> accesses = Accesses.of(method);
    for (int i = 0; i < method.body().instructions().size(); i++) {
      if (method.reached(i) && makesArray(method, i)) {
        Source array = new Source(Source.Kind.MADE, i, "");
        examine(array, accesses, method, report);
      }
      if (method.reached(i) && method.body().instruction(i) instanceof InvokeInstruction call) {
        examine(call, i, method, report);
      }
    }
  }

  private void examine(InvokeInstruction call, int i, Analysis method, Report report) {
    if (classPath.find(call.owner().asInternalName()).isEmpty()) {
      return;
    }
    List<ClassDesc> types = call.typeSymbol().parameterList();
    List<Value> arguments = method.before(i).top(types.size());
    for (int n = 0; n < types.size(); n++) {
      if (types.get(n).isArray()
          && arguments.get(n).source() instanceof Source source
          && isLocalMemory(source, method)) {
        report.add(
            Rule.LOCAL_ARRAY_ARGUMENT,
            method.body(),
            i,
            "the array of line %d to %s"
                .formatted(method.body().line(source.number()), call.name().stringValue()));
      }
    }
  }

  private static boolean makesArray(Analysis method, int i) {
    return switch (method.body().instruction(i)) {
      case NewPrimitiveArrayInstruction ignored -> true;
      case InvokeInstruction call -> Api.allocates(call);
      default -> false;
    };
  }

  private static boolean isLocalMemory(Source source, Analysis method) {
    return source.kind() == Source.Kind.MADE
        && method.body().instruction(source.number()) instanceof InvokeInstruction made
        && Api.allocates(made);
  }

  private static void examine(Source array, List<Access> accesses, Analysis method, Report report) {
    ControlFlow flow = method.flow();
    Set<Integer> reads = new HashSet<>();
    Set<Integer> writes = new HashSet<>();
    for (Access access : accesses) {
      if (access.array().equals(array)) {
        (access.writes() ? writes : reads).add(access.instruction());
      }
    }
    int made = flow.blockAt(array.number()).number();
    List<Loop> writing =
        flow.loopsOutermostFirst().stream()
            .filter(loop -> !loop.has(made) && writesWithin(loop, writes, flow))
            .toList();
    BitSet written = new BitSet();
    for (Block block : flow.forwardOrder()) {
      boolean state = block.number() != made && arrives(block, written, writing, flow);
      for (int i = block.first(); i <= block.last(); i++) {
        if (writes.contains(i)) {
          state = true;
        } else if (reads.contains(i) && !state) {
          report.add(
              Rule.UNWRITTEN_ARRAY,
              method.body(),
              i,
              "the array of line %d is read and holds nothing yet"
                  .formatted(method.body().line(array.number())));
        }
      }
      written.set(block.number(), state);
    }
  }

  private static boolean writesWithin(Loop loop, Set<Integer> writes, ControlFlow flow) {
    return writes.stream().anyMatch(i -> loop.has(flow.blockAt(i).number()));
  }

  private static boolean arrives(
      Block block, BitSet written, List<Loop> writing, ControlFlow flow) {
    for (int from : block.previous()) {
      if (flow.isBackEdge(from, block.number())) {
        continue;
      }
      boolean throughLoop =
          writing.stream().anyMatch(loop -> loop.has(from) && !loop.has(block.number()));
      if (written.get(from) || throughLoop) {
        return true;
      }
    }
    return false;
  }
}
