package dev.squall.pipeline.doctor;

import java.lang.classfile.TypeKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;

/** Local variables and operand stack at one point of a method; a long takes one stack place. */
final class Frame {
  private final Value[] locals;
  private final List<Value> stack;

  Frame(int slots) {
    this.locals = new Value[slots];
    this.stack = new ArrayList<>();
  }

  private Frame(Value[] locals, List<Value> stack) {
    this.locals = locals;
    this.stack = stack;
  }

  Frame copy() {
    return new Frame(locals.clone(), new ArrayList<>(stack));
  }

  /** The value of a local variable, null if it has none that is known on all ways. */
  Value local(int slot) {
    return locals[slot];
  }

  void setLocal(int slot, Value value) {
    locals[slot] = value;
  }

  /** Gives a local variable a new value: what was loaded from it before is no longer its value. */
  void assign(int slot, Value value) {
    stack.replaceAll(each -> each.slot() == slot ? each.withSlot(-1) : each);
    locals[slot] = value.withSlot(-1);
    if ((value.kind() == TypeKind.LONG || value.kind() == TypeKind.DOUBLE)
        && slot + 1 < locals.length) {
      locals[slot + 1] = null;
    }
  }

  void push(Value value) {
    stack.add(value);
  }

  Value pop() {
    return stack.removeLast();
  }

  /** The value {@code depth} places below the top. */
  Value peek(int depth) {
    return stack.get(stack.size() - 1 - depth);
  }

  int depth() {
    return stack.size();
  }

  /** The lowest {@code count} of the topmost values first, as the arguments of a call. */
  List<Value> top(int count) {
    return List.copyOf(stack.subList(stack.size() - count, stack.size()));
  }

  /** Both ways come together. */
  static Frame merge(Frame a, Frame b, BinaryOperator<Value> join) {
    Frame merged = new Frame(a.locals.length);
    for (int i = 0; i < a.locals.length; i++) {
      merged.locals[i] = join.apply(a.locals[i], b.locals[i]);
    }
    for (int i = 0; i < Math.min(a.stack.size(), b.stack.size()); i++) {
      Value value = join.apply(a.stack.get(i), b.stack.get(i));
      merged.stack.add(value == null ? Value.top(TypeKind.REFERENCE) : value);
    }
    return merged;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame
        && Arrays.equals(locals, frame.locals)
        && stack.equals(frame.stack);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(locals) + stack.hashCode();
  }
}
