package dev.squall.pipeline.bundle.build;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes a SPIR-V module of version 1.4 back to 1.2, which every driver here loads. Two things that
 * our kernels have are newer: promises that integer arithmetic does not wrap, which 1.2 knows as an
 * extension, and variables of local memory in the interface of the entry point.
 *
 * <p>The promises stay: without the one on the counter of a loop {@code for (i = 0; i <= r; i++)},
 * Intel's CPU runtime 2026.2 counts wrong in some lanes.
 */
final class SpirvModule {
  private static final int MAGIC = 0x07230203;
  private static final int VERSION_1_2 = 0x00010200;
  private static final int HEADER_WORDS = 5;

  private static final int OP_EXTENSION = 10;
  private static final int OP_ENTRY_POINT = 15;
  private static final int OP_CAPABILITY = 17;
  private static final int OP_VARIABLE = 59;
  private static final int OP_DECORATE = 71;

  private static final Set<Integer> NO_WRAP = Set.of(4469, 4470);
  private static final String NO_WRAP_EXTENSION = "SPV_KHR_no_integer_wrap_decoration";
  private static final Set<Integer> INPUT_AND_OUTPUT = Set.of(1, 3);

  private final int[] words;

  private SpirvModule(int[] words) {
    this.words = words;
  }

  /**
   * @param name of the kernel, for messages
   * @throws SquallException COMPILE if {@code module} is no whole SPIR-V module
   */
  static byte[] toVersion12(String name, byte[] module) {
    int[] words = new int[module.length / Integer.BYTES];
    ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    if (words.length < HEADER_WORDS || words[0] != MAGIC) {
      throw new SquallException(ErrorClass.COMPILE, name + ": not a SPIR-V module");
    }
    try {
      Objects.checkIndex(module.length % Integer.BYTES, 1);
      return new SpirvModule(words).rewritten();
    } catch (IndexOutOfBoundsException e) {
      throw new SquallException(ErrorClass.COMPILE, name + ": a damaged SPIR-V module", e);
    }
  }

  private byte[] rewritten() {
    Set<Integer> local = new HashSet<>();
    boolean[] promises = {false};
    forEach(
        instruction -> {
          switch (opcode(instruction[0])) {
            case OP_VARIABLE -> {
              if (!INPUT_AND_OUTPUT.contains(instruction[3])) {
                local.add(instruction[2]);
              }
            }
            case OP_DECORATE -> promises[0] |= NO_WRAP.contains(instruction[2]);
            default -> {}
          }
        });
    int[] extension = promises[0] && words[1] > VERSION_1_2 ? noWrapExtension() : new int[0];
    ByteBuffer out =
        ByteBuffer.allocate((words.length + extension.length) * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(words[0]).putInt(Math.min(words[1], VERSION_1_2));
    for (int i = 2; i < HEADER_WORDS; i++) {
      out.putInt(words[i]);
    }
    boolean[] inserted = {false};
    forEach(
        instruction -> {
          int opcode = opcode(instruction[0]);
          // Extensions stand behind the capabilities and before all else.
          if (!inserted[0] && opcode != OP_CAPABILITY) {
            put(out, extension);
            inserted[0] = true;
          }
          put(out, opcode == OP_ENTRY_POINT ? withoutInterface(instruction, local) : instruction);
        });
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The instruction that makes the promises known to version 1.2. */
  private static int[] noWrapExtension() {
    byte[] text = NO_WRAP_EXTENSION.getBytes(StandardCharsets.US_ASCII);
    int[] instruction = new int[2 + text.length / Integer.BYTES];
    ByteBuffer bytes =
        ByteBuffer.allocate(instruction.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(instruction.length << Short.SIZE | OP_EXTENSION).put(text).rewind();
    bytes.asIntBuffer().get(instruction);
    return instruction;
  }

  /** The entry point without the variables {@code left}; the interface follows the name. */
  private static int[] withoutInterface(int[] entryPoint, Set<Integer> left) {
    int nameEnd = 3;
    while (!endsText(entryPoint[nameEnd])) {
      nameEnd++;
    }
    int[] kept = new int[entryPoint.length];
    int count = 0;
    for (int i = 0; i < entryPoint.length; i++) {
      if (i <= nameEnd || !left.contains(entryPoint[i])) {
        kept[count++] = entryPoint[i];
      }
    }
    kept[0] = count << Short.SIZE | OP_ENTRY_POINT;
    return Arrays.copyOf(kept, count);
  }

  private static boolean endsText(int word) {
    return (word & 0xFF000000) == 0
        || (word & 0xFF0000) == 0
        || (word & 0xFF00) == 0
        || (word & 0xFF) == 0;
  }

  private void forEach(Consumer<int[]> action) {
    int length;
    for (int at = HEADER_WORDS; at < words.length; at += length) {
      length = words[at] >>> Short.SIZE;
      if (length == 0 || at + length > words.length) {
        throw new IndexOutOfBoundsException(at);
      }
      action.accept(Arrays.copyOfRange(words, at, at + length));
    }
  }

  private static int opcode(int word) {
    return word & 0xFFFF;
  }

  private static void put(ByteBuffer out, int[] instruction) {
    for (int word : instruction) {
      out.putInt(word);
    }
  }
}
