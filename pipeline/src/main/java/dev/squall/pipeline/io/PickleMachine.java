package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the pickles of PyTorch checkpoints. A pickle is a program for a stack machine that may name
 * any function of Python and call it; this machine has no functions. It knows the opcodes that
 * plain values, tuples, lists and dictionaries take, ten names of storages, and three names of
 * functions, whose meaning is written out here. Everything else is refused.
 */
final class PickleMachine {
  private static final Object MARK = new Object();
  private static final int MOST_VALUES = 1 << 20;

  private static final Map<String, ElementType> STORAGES =
      Map.ofEntries(
          Map.entry("torch FloatStorage", ElementType.F32),
          Map.entry("torch DoubleStorage", ElementType.F64),
          Map.entry("torch HalfStorage", ElementType.F16),
          Map.entry("torch BFloat16Storage", ElementType.BF16),
          Map.entry("torch LongStorage", ElementType.I64),
          Map.entry("torch IntStorage", ElementType.I32),
          Map.entry("torch ShortStorage", ElementType.I16),
          Map.entry("torch CharStorage", ElementType.I8),
          Map.entry("torch ByteStorage", ElementType.U8),
          Map.entry("torch BoolStorage", ElementType.BOOL));

  /** What may be called. */
  private enum Function {
    ORDERED_DICT("collections OrderedDict"),
    REBUILD_TENSOR("torch._utils _rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils _rebuild_parameter");

    private final String name;

    Function(String name) {
      this.name = name;
    }
  }

  /**
   * The bytes behind tensors.
   *
   * @param key name of its entry in the archive
   */
  record Storage(ElementType type, String key, long elements) {}

  /**
   * A tensor as a view of a storage.
   *
   * @param offset element of the storage that is the tensor's first
   * @param strides elements between neighbours on each axis
   */
  record TensorView(Storage storage, long offset, long[] shape, long[] strides) {
    /** What is wrong with it, if anything: no element may lie outside of the storage. */
    Optional<String> complaint() {
      if (shape.length != strides.length || shape.length > Extents.MOST_AXES) {
        return Optional.of("%d extents and %d strides".formatted(shape.length, strides.length));
      }
      try {
        long last = offset;
        long count = 1;
        boolean empty = false;
        for (int axis = 0; axis < shape.length; axis++) {
          if (shape[axis] < 0 || strides[axis] < 0) {
            return Optional.of("a negative extent or stride");
          }
          empty |= shape[axis] == 0;
          last =
              Math.addExact(last, Math.multiplyExact(Math.max(0, shape[axis] - 1), strides[axis]));
          count = Math.multiplyExact(count, shape[axis]);
        }
        if (offset < 0 || !empty && last >= storage.elements) {
          return Optional.of(
              "elements %d to %d of a storage of %d".formatted(offset, last, storage.elements));
        }
        if (count > storage.elements) {
          return Optional.of(
              "%d elements out of a storage of %d".formatted(count, storage.elements));
        }
        return Optional.empty();
      } catch (ArithmeticException e) {
        return Optional.of("extents that overflow");
      }
    }

    long elements() {
      long count = 1;
      for (long extent : shape) {
        count *= extent;
      }
      return count;
    }

    private boolean isContiguous() {
      long expected = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        if (shape[axis] != 1 && strides[axis] != expected) {
          return false;
        }
        expected *= shape[axis];
      }
      return true;
    }

    /** Copies the elements in row-major order. */
    void copy(MemorySegment from, MemorySegment to) {
      int bytes = storage.type.bytes();
      long count = elements();
      if (isContiguous()) {
        MemorySegment.copy(from, offset * bytes, to, 0, count * bytes);
        return;
      }
      long[] position = new long[shape.length];
      long at = offset;
      for (long i = 0; i < count; i++) {
        MemorySegment.copy(from, at * bytes, to, i * bytes, bytes);
        for (int axis = shape.length - 1; axis >= 0; axis--) {
          at += strides[axis];
          if (++position[axis] < shape[axis]) {
            break;
          }
          at -= shape[axis] * strides[axis];
          position[axis] = 0;
        }
      }
    }
  }

  private final Origin origin;
  private final ByteBuffer code;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  PickleMachine(Origin origin, byte[] code) {
    this.origin = origin;
    this.code = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The value that the pickle describes: a string, number, boolean or null, a list (also for a
   * tuple), a map, or a {@link TensorView}.
   *
   * @throws SquallException INVALID_INPUT naming the byte at which it is refused
   */
  Object run() {
    while (true) {
      int at = code.position();
      if (!code.hasRemaining()) {
        throw origin.fault(at, "the pickle ends without its stop");
      }
      int opcode = code.get() & 0xFF;
      if (opcode == '.') {
        Object value = pop(at);
        if (!stack.isEmpty()) {
          throw origin.fault(at, "the pickle stops with values left over");
        }
        return value;
      }
      step(opcode, at);
    }
  }

  private void step(int opcode, int at) {
    switch (opcode) {
      case 0x80 -> requireProtocol(at);
      case 0x95 -> take(8, at);
      case '(' -> push(MARK, at);
      case '}' -> push(new LinkedHashMap<>(), at);
      case ']' -> push(new ArrayList<>(), at);
      case ')' -> push(List.of(), at);
      case 'N' -> push(Optional.empty(), at);
      case 0x88 -> push(true, at);
      case 0x89 -> push(false, at);
      case 'K' -> push((long) (take(1, at).get() & 0xFF), at);
      case 'M' -> push((long) (take(2, at).getShort() & 0xFFFF), at);
      case 'J' -> push((long) take(4, at).getInt(), at);
      case 0x8a -> push(longInteger(at), at);
      case 'G' -> push(take(8, at).order(ByteOrder.BIG_ENDIAN).getDouble(), at);
      case 'X' -> push(text(take(4, at).getInt(), at), at);
      case 0x8c -> push(text(take(1, at).get() & 0xFF, at), at);
      case 'c' -> push(global(line(at) + " " + line(at), at), at);
      case 0x93 -> stackGlobal(at);
      case 'q' -> remember(take(1, at).get() & 0xFF, at);
      case 'r' -> remember(take(4, at).getInt(), at);
      case 0x94 -> remember(memo.size(), at);
      case 'h' -> recall(take(1, at).get() & 0xFF, at);
      case 'j' -> recall(take(4, at).getInt(), at);
      case 't' -> push(Collections.unmodifiableList(popToMark(at)), at);
      case 0x85 -> tuple(1, at);
      case 0x86 -> tuple(2, at);
      case 0x87 -> tuple(3, at);
      case 'a' -> append(List.of(pop(at)), at);
      case 'e' -> append(popToMark(at), at);
      case 's' -> {
        Object value = pop(at);
        set(List.of(pop(at), value), at);
      }
      case 'u' -> set(popToMark(at), at);
      case 'Q' -> push(storage(pop(at), at), at);
      case 'R' -> {
        Object arguments = pop(at);
        push(call(pop(at), arguments, at), at);
      }
      case 'b' -> build(at);
      default ->
          throw origin.fault(
              at,
              "opcode 0x%02x is not one that checkpoints of tensors need; refused"
                  .formatted(opcode));
    }
  }

  private void requireProtocol(int at) {
    int protocol = take(1, at).get() & 0xFF;
    if (protocol < 2 || protocol > 5) {
      throw origin.fault(at, "pickle protocol %d, expected 2 to 5".formatted(protocol));
    }
  }

  private ByteBuffer take(int count, int at) {
    if (count < 0 || count > code.remaining()) {
      throw origin.fault(at, "the pickle ends inside an operand");
    }
    ByteBuffer operand = code.slice(code.position(), count).order(ByteOrder.LITTLE_ENDIAN);
    code.position(code.position() + count);
    return operand;
  }

  private long longInteger(int at) {
    int count = take(1, at).get() & 0xFF;
    if (count > Long.BYTES) {
      throw origin.fault(at, "an integer of %d bytes".formatted(count));
    }
    ByteBuffer operand = take(count, at);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (operand.get(i) & 0xFFL) << 8 * i;
    }
    int unused = Long.SIZE - 8 * count;
    return count == 0 ? 0 : value << unused >> unused;
  }

  private String text(int count, int at) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(take(count, at)).toString();
    } catch (CharacterCodingException e) {
      throw origin.fault(at, "a string that is not UTF-8");
    }
  }

  private String line(int at) {
    StringBuilder line = new StringBuilder();
    while (code.hasRemaining()) {
      char next = (char) (code.get() & 0xFF);
      if (next == '\n') {
        return line.toString();
      }
      line.append(next);
    }
    throw origin.fault(at, "the pickle ends inside a name");
  }

  private void stackGlobal(int at) {
    Object name = pop(at);
    Object module = pop(at);
    if (!(name instanceof String) || !(module instanceof String)) {
      throw origin.fault(at, "a name that is no string");
    }
    push(global(module + " " + name, at), at);
  }

  private Object global(String name, int at) {
    ElementType type = STORAGES.get(name);
    if (type != null) {
      return type;
    }
    for (Function function : Function.values()) {
      if (function.name.equals(name)) {
        return function;
      }
    }
    throw origin.fault(
        at,
        "the pickle names %s, which is nothing that tensors need; refused, nothing was executed"
            .formatted(Origin.quote(name.replace(' ', '.'))));
  }

  private void push(Object value, int at) {
    if (stack.size() == MOST_VALUES) {
      throw origin.fault(at, "more than %d values on the stack".formatted(MOST_VALUES));
    }
    stack.add(value);
  }

  private Object pop(int at) {
    Object top = peek(at);
    stack.removeLast();
    return top;
  }

  private Object peek(int at) {
    if (stack.isEmpty() || stack.getLast() == MARK) {
      throw origin.fault(at, "a value is taken that is not there");
    }
    return stack.getLast();
  }

  private List<Object> popToMark(int at) {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw origin.fault(at, "no mark on the stack");
    }
    List<Object> above = new ArrayList<>(stack.subList(mark + 1, stack.size()));
    stack.subList(mark, stack.size()).clear();
    return above;
  }

  private void tuple(int count, int at) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.addFirst(pop(at));
    }
    push(Collections.unmodifiableList(values), at);
  }

  private void remember(int index, int at) {
    if (memo.size() == MOST_VALUES) {
      throw origin.fault(at, "more than %d values remembered".formatted(MOST_VALUES));
    }
    memo.put(index, peek(at));
  }

  private void recall(int index, int at) {
    Object value = memo.get(index);
    if (value == null) {
      throw origin.fault(at, "value %d was never remembered".formatted(index));
    }
    push(value, at);
  }

  @SuppressWarnings("unchecked") // Lists that grow are made here alone, of any values.
  private void append(List<Object> values, int at) {
    if (!(peek(at) instanceof ArrayList<?> list)) {
      throw origin.fault(at, "an append to what is no list");
    }
    ((ArrayList<Object>) list).addAll(values);
  }

  @SuppressWarnings("unchecked") // Maps are made here alone.
  private void set(List<Object> pairs, int at) {
    if (!(peek(at) instanceof LinkedHashMap<?, ?> map) || pairs.size() % 2 != 0) {
      throw origin.fault(at, "pairs that do not fit a dictionary");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      if (!(pairs.get(i) instanceof String || pairs.get(i) instanceof Long)) {
        throw origin.fault(at, "a key that is neither a string nor an integer");
      }
      ((LinkedHashMap<Object, Object>) map).put(pairs.get(i), pairs.get(i + 1));
    }
  }

  /** A persistent id: ("storage", type, key, place, elements). */
  private Storage storage(Object id, int at) {
    if (id instanceof List<?> words
        && words.size() == 5
        && "storage".equals(words.get(0))
        && words.get(1) instanceof ElementType type
        && words.get(2) instanceof String key
        && words.get(4) instanceof Long elements
        && elements >= 0) {
      if (!key.matches("[0-9A-Za-z_]{1,64}")) {
        throw origin.fault(at, "storage key " + Origin.quote(key));
      }
      return new Storage(type, key, elements);
    }
    throw origin.fault(at, "a persistent id that is no storage");
  }

  private Object call(Object function, Object arguments, int at) {
    if (!(function instanceof Function known) || !(arguments instanceof List<?> words)) {
      throw origin.fault(at, "a call of what is no function; refused");
    }
    return switch (known) {
      case ORDERED_DICT -> {
        if (!words.isEmpty()) {
          throw origin.fault(at, "an ordered dictionary with arguments");
        }
        yield new LinkedHashMap<>();
      }
      case REBUILD_TENSOR -> tensor(words, at);
      case REBUILD_PARAMETER -> {
        if (words.isEmpty() || !(words.getFirst() instanceof TensorView view)) {
          throw origin.fault(at, "a parameter that is no tensor");
        }
        yield view;
      }
    };
  }

  /** (storage, offset, shape, strides, requires_grad, hooks, …). */
  private TensorView tensor(List<?> words, int at) {
    if (words.size() >= 4
        && words.get(0) instanceof Storage storage
        && words.get(1) instanceof Long offset
        && words.get(2) instanceof List<?> shape
        && words.get(3) instanceof List<?> strides) {
      return new TensorView(storage, offset, numbers(shape, at), numbers(strides, at));
    }
    throw origin.fault(at, "arguments that make no tensor");
  }

  private long[] numbers(List<?> values, int at) {
    if (values.size() > Extents.MOST_AXES) {
      throw origin.fault(at, "a shape of %d axes".formatted(values.size()));
    }
    long[] numbers = new long[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(values.get(i) instanceof Long number)) {
        throw origin.fault(at, "a shape that holds no integers");
      }
      numbers[i] = number;
    }
    return numbers;
  }

  /** Attributes of a dictionary, as state_dict() gives its one; they are of no use here. */
  private void build(int at) {
    Object state = pop(at);
    if (!(peek(at) instanceof LinkedHashMap<?, ?>) || !(state instanceof Map<?, ?>)) {
      throw origin.fault(at, "attributes of what is no dictionary; refused");
    }
  }
}
