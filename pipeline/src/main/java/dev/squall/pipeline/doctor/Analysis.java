package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Block;
import dev.squall.pipeline.doctor.Value.Origin;
import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.Instruction;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is known before every instruction of a method, for given arguments. */
final class Analysis {
  /** Rounds in which loops may settle on their own. */
  private static final int EXACT_ROUNDS = 2;

  private final Body body;
  private final ControlFlow flow;
  private final boolean kernel;
  private final Interpreter interpreter;
  private final Frame[] entry;
  private final Map<Long, Frame> edges = new HashMap<>();
  private final Frame[] before;
  private Value result;

  /**
   * @param arguments the receiver first; as many as the method takes
   * @param kernel whether the method is a task, not called by one
   */
  Analysis(Body body, List<Value> arguments, boolean kernel, Interpreter.Callees callees) {
    this.body = body;
    this.flow = new ControlFlow(body);
    this.kernel = kernel;
    this.interpreter = new Interpreter(callees);
    this.entry = new Frame[flow.blocks().size()];
    this.before = new Frame[body.instructions().size()];
    entry[0] = start(arguments);
    settle();
    record();
  }

  Body body() {
    return body;
  }

  ControlFlow flow() {
    return flow;
  }

  /** Whether the method is a task, not called by one. */
  boolean isKernel() {
    return kernel;
  }

  /** The state before an instruction, null if it is never reached. */
  Frame before(int instruction) {
    return before[instruction];
  }

  boolean reached(int instruction) {
    return before[instruction] != null;
  }

  /** The state on the way from one block to another, null if it is never taken. */
  Frame edge(int from, int to) {
    return edges.get(key(from, to));
  }

  /** The value that the method answers, null if it answers none. */
  Value result() {
    return result;
  }

  /** What a task's arguments are: scalars of any size, arrays by their place. */
  static List<Value> taskArguments(Body body) {
    List<Value> arguments = new ArrayList<>();
    int slot = 0;
    if (!isStatic(body)) {
      arguments.add(Value.top(TypeKind.REFERENCE));
      slot = 1;
    }
    for (ClassDesc type : body.method().methodTypeSymbol().parameterList()) {
      TypeKind kind = TypeKind.from(type);
      arguments.add(
          kind == TypeKind.REFERENCE
              ? Value.reference(new Source(Source.Kind.PARAMETER, slot, ""))
              : Value.top(kind).withOrigin(Origin.PARAMETER));
      slot += kind.slotSize();
    }
    return arguments;
  }

  static boolean isStatic(Body body) {
    return body.method().flags().has(AccessFlag.STATIC);
  }

  private Frame start(List<Value> arguments) {
    Frame frame = new Frame(body.code().maxLocals());
    int slot = 0;
    for (Value argument : arguments) {
      boolean reference = argument.kind() == TypeKind.REFERENCE;
      Source source = new Source(Source.Kind.PARAMETER, slot, "");
      frame.setLocal(
          slot, (reference ? argument.withSource(source) : argument).withSlot(-1).withFill(null));
      slot += argument.kind().slotSize();
    }
    return frame;
  }

  private void settle() {
    TreeSet<Integer> open = new TreeSet<>(List.of(0));
    int[] visits = new int[entry.length];
    while (!open.isEmpty()) {
      int number = open.pollFirst();
      Block block = flow.block(number);
      run(block, entry[number].copy());
      for (int next : block.next()) {
        Frame arriving = edge(number, next);
        if (arriving == null) {
          continue;
        }
        Frame known = entry[next];
        boolean widens = flow.dominates(next, number) && visits[next]++ >= EXACT_ROUNDS;
        Frame merged =
            known == null
                ? arriving.copy()
                : Frame.merge(known, arriving, widens ? Value::widen : Value::join);
        if (!merged.equals(known)) {
          entry[next] = merged;
          open.add(next);
        }
      }
      if (interpreter.cellsMoved()) {
        // Whoever reads the array must look again.
        for (int i = 0; i < entry.length; i++) {
          if (entry[i] != null) {
            open.add(i);
          }
        }
      }
    }
  }

  /** Runs a block to its end and leaves the states of its ways out in {@link #edges}. */
  private void run(Block block, Frame frame) {
    Frame atLast = frame;
    for (int i = block.first(); i <= block.last(); i++) {
      atLast = i == block.last() ? frame.copy() : atLast;
      interpreter.step(i, body.instruction(i), frame);
    }
    Instruction last = body.instruction(block.last());
    for (int way = 0; way < block.next().size(); way++) {
      int next = block.next().get(way);
      Frame leaving = frame.copy();
      if (last instanceof BranchInstruction branch && flow.isCondition(block)) {
        leaving = Branching.follow(branch.opcode(), way == 0, atLast, leaving);
      }
      if (leaving == null) {
        edges.remove(key(block.number(), next));
      } else {
        edges.put(key(block.number(), next), leaving);
      }
    }
  }

  /** A last pass over what has settled. */
  private void record() {
    for (Block block : flow.blocks()) {
      if (entry[block.number()] == null) {
        continue;
      }
      Frame frame = entry[block.number()].copy();
      for (int i = block.first(); i <= block.last(); i++) {
        before[i] = frame.copy();
        Instruction instruction = body.instruction(i);
        if (instruction instanceof ReturnInstruction end && end.typeKind() != TypeKind.VOID) {
          Value value = frame.peek(0).withSlot(-1).withSource(null).withFill(null);
          result = result == null ? value : Value.join(result, value);
        }
        interpreter.step(i, instruction, frame);
      }
    }
  }

  private static long key(int from, int to) {
    return (long) from << 32 | to;
  }
}
