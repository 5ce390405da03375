package dev.squall.pipeline.bundle;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A SPIR-V module as words: what a bundle has to know of it, and a repair of one fault of
 * TornadoVM's. Source: SPIR-V specification 1.2, sections 2.3 and 3.32.
 */
public final class SpirvModule {
  private static final int MAGIC = 0x07230203;
  private static final int HEADER_WORDS = 5;

  private static final int ENTRY_POINT = 15;
  private static final int TYPE_POINTER = 32;
  private static final int FUNCTION = 54;
  private static final int FUNCTION_PARAMETER = 55;
  private static final int FUNCTION_END = 56;
  private static final int VARIABLE = 59;
  private static final int LOAD = 61;

  private final int[] words;

  private SpirvModule(int[] words) {
    this.words = words;
  }

  /**
   * @throws SquallException COMPILE if {@code bytes} is no module of whole little-endian words
   */
  public static SpirvModule of(byte[] bytes) {
    int[] words = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    boolean whole = bytes.length % Integer.BYTES == 0 && words.length >= HEADER_WORDS;
    if (!whole || words[0] != MAGIC || !instructionsFit(words)) {
      throw new SquallException(ErrorClass.COMPILE, "no SPIR-V module, or one that is cut short");
    }
    return new SpirvModule(words);
  }

  private static boolean instructionsFit(int[] words) {
    int at = HEADER_WORDS;
    while (at < words.length) {
      int length = words[at] >>> 16;
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return at == words.length;
  }

  public byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  /**
   * How many parameters a kernel has. One with a {@code KernelContext} has two contexts:
   * TornadoVM's own in front, and another in the parameter's place.
   *
   * @return empty if the module has no such kernel
   */
  public OptionalInt parameters(String kernel) {
    int function = 0;
    int current = 0;
    int parameters = 0;
    for (int at = HEADER_WORDS; at < words.length; at += length(at)) {
      switch (operation(at)) {
        case ENTRY_POINT -> {
          if (text(at + 3, at + length(at)).equals(kernel)) {
            function = words[at + 2];
          }
        }
        case FUNCTION -> {
          current = words[at + 2];
          parameters = 0;
        }
        case FUNCTION_PARAMETER -> parameters++;
        case FUNCTION_END -> {
          if (function != 0 && current == function) {
            return OptionalInt.of(parameters);
          }
        }
        default -> {
          // Tells nothing of parameters.
        }
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The module with loads of pointers that have the type of what is loaded. TornadoVM 5.2 loads the
   * {@code KernelContext} parameter, a pointer to 64-bit numbers, as a pointer to bytes, which the
   * validator refuses; nothing but its conversion to a number follows, so the type alone is wrong.
   */
  public SpirvModule repaired() {
    Map<Integer, Pointer> pointers = new HashMap<>();
    Map<Integer, Integer> variables = new HashMap<>();
    int[] repaired = words.clone();
    for (int at = HEADER_WORDS; at < words.length; at += length(at)) {
      switch (operation(at)) {
        case TYPE_POINTER -> pointers.put(words[at + 1], new Pointer(words[at + 2], words[at + 3]));
        case VARIABLE -> variables.put(words[at + 2], words[at + 1]);
        case LOAD -> {
          Pointer variable = pointers.get(variables.getOrDefault(words[at + 3], 0));
          if (variable != null) {
            Pointer held = pointers.get(variable.target());
            Pointer loaded = pointers.get(words[at + 1]);
            if (held != null && loaded != null && held.storage() == loaded.storage()) {
              repaired[at + 1] = variable.target();
            }
          }
        }
        default -> {
          // Neither declares nor loads.
        }
      }
    }
    return new SpirvModule(repaired);
  }

  private record Pointer(int storage, int target) {}

  private int length(int at) {
    return words[at] >>> 16;
  }

  private int operation(int at) {
    return words[at] & 0xFFFF;
  }

  /** Text as SPIR-V stores it: UTF-8 in words, up to a zero. */
  private String text(int from, int to) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.max(0, to - from) * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < to; i++) {
      bytes.putInt(words[i]);
    }
    String text = new String(bytes.array(), StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
