package dev.squall.pipeline.bundle.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules made by hand, word by word, after the SPIR-V specification. */
class SpirvModuleTest {
  private static final int MAGIC = 0x07230203;
  private static final int[] HEADER_1_4 = {MAGIC, 0x00010400, 17, 40, 0};
  private static final int[] HEADER_1_2 = {MAGIC, 0x00010200, 17, 40, 0};

  private static final int EXTENSION = 10;
  private static final int MEMORY_MODEL = 14;
  private static final int ENTRY_POINT = 15;
  private static final int CAPABILITY = 17;
  private static final int VARIABLE = 59;
  private static final int DECORATE = 71;
  private static final int KERNEL = 6;
  private static final int NO_SIGNED_WRAP = 4469;
  private static final int NO_UNSIGNED_WRAP = 4470;
  private static final int ALIGNMENT = 44;

  private static final int INPUT = 1;
  private static final int OUTPUT = 3;
  private static final int WORKGROUP = 4;
  private static final int CROSS_WORKGROUP = 5;

  /** {@code OpVariable} of type 3. */
  private static int[] variable(int id, int storage) {
    return instruction(VARIABLE, 3, id, storage);
  }

  /** A kernel that is function 9, with its name of four letters or seven. */
  private static int[] entryPoint(String name, int... interfaceIds) {
    byte[] text =
        Arrays.copyOf(
            name.getBytes(java.nio.charset.StandardCharsets.UTF_8), name.length() / 4 * 4 + 4);
    int[] words = new int[text.length / 4];
    ByteBuffer.wrap(text).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    return instruction(ENTRY_POINT, join(new int[] {KERNEL, 9}, words, interfaceIds));
  }

  private static int[] instruction(int opcode, int... operands) {
    return join(new int[] {operands.length + 1 << 16 | opcode}, operands);
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  private static byte[] bytes(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  private static byte[] converted(int[]... parts) {
    return SpirvModule.toVersion12("some kernel", bytes(join(parts)));
  }

  /** "SPV_KHR_no_integer_wrap_decoration" and the zero behind it, by fours. */
  private static int[] noWrapExtension() {
    String name = "SPV_KHR_no_integer_wrap_decoration";
    int[] words = new int[9];
    for (int i = 0; i < name.length(); i++) {
      words[i / 4] |= name.charAt(i) << 8 * (i % 4);
    }
    return instruction(EXTENSION, words);
  }

  @Test
  void promisesThatNothingWrapsStayAsAnExtension() {
    int[] capability = instruction(CAPABILITY, 6);
    int[] other = instruction(EXTENSION, 'o' | 'n' << 8 | 'e' << 16);
    int[] rest =
        join(
            other,
            instruction(MEMORY_MODEL, 2, 2),
            instruction(DECORATE, 7, NO_SIGNED_WRAP),
            instruction(DECORATE, 7, ALIGNMENT, 16),
            instruction(DECORATE, 8, NO_UNSIGNED_WRAP));
    assertThat(converted(HEADER_1_4, capability, capability, rest))
        .isEqualTo(bytes(join(HEADER_1_2, capability, capability, noWrapExtension(), rest)));
  }

  @Test
  void withoutPromisesThereIsNoExtension() {
    int[] rest = join(instruction(CAPABILITY, 6), instruction(DECORATE, 7, ALIGNMENT, 16));
    assertThat(converted(HEADER_1_4, rest)).isEqualTo(bytes(join(HEADER_1_2, rest)));
  }

  @Test
  void theInterfaceKeepsInputsAndOutputsAlone() {
    for (String name : new String[] {"scan", "convolv", "a", "longerThanThat"}) {
      int[] variables =
          join(
              variable(20, INPUT),
              variable(21, WORKGROUP),
              variable(22, OUTPUT),
              variable(23, CROSS_WORKGROUP));
      assertThat(converted(HEADER_1_4, entryPoint(name, 20, 21, 22, 23), variables))
          .as(name)
          .isEqualTo(bytes(join(HEADER_1_2, entryPoint(name, 20, 22), variables)));
    }
  }

  /** The words of an entry point's name may look like the number of a variable. */
  @Test
  void aNameIsNoVariable() {
    int asNumber = 's' | 'c' << 8 | 'a' << 16 | 'n' << 24;
    int[] variable = variable(asNumber, WORKGROUP);
    assertThat(converted(HEADER_1_4, entryPoint("scan", 20), variable))
        .isEqualTo(bytes(join(HEADER_1_2, entryPoint("scan", 20), variable)));
  }

  @Test
  void anOlderModuleStaysAsItIs() {
    int[] older = {MAGIC, 0x00010000, 17, 40, 0};
    int[] rest = join(entryPoint("scan", 20), variable(20, INPUT));
    assertThat(converted(older, rest)).isEqualTo(bytes(join(older, rest)));
    assertThat(converted(HEADER_1_2)).isEqualTo(bytes(HEADER_1_2));
  }

  private static void assertRefused(byte[] module, String message) {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> SpirvModule.toVersion12("some kernel", module));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.COMPILE);
    assertThat(failure).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 16, 19})
  void whatIsTooShortForAHeaderIsRefused(int length) {
    assertRefused(Arrays.copyOf(bytes(HEADER_1_4), length), "some kernel: not a SPIR-V module");
  }

  @Test
  void anotherFormatIsRefused() {
    assertRefused(
        "__kernel void scale(__global int *x) {}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
        "some kernel: not a SPIR-V module");
  }

  @Test
  void aDamagedModuleIsRefused() {
    int[] whole = join(HEADER_1_4, entryPoint("scan", 20), variable(20, INPUT));
    String message = "some kernel: a damaged SPIR-V module";
    assertRefused(bytes(Arrays.copyOf(whole, whole.length - 1)), message);
    assertRefused(Arrays.copyOf(bytes(whole), 4 * whole.length - 1), message);
    assertRefused(bytes(join(HEADER_1_4, new int[] {0})), message);
    assertRefused(bytes(join(HEADER_1_4, new int[] {2 << 16 | VARIABLE, 3})), message);
    assertRefused(bytes(join(HEADER_1_4, new int[] {0xFFFF << 16 | DECORATE, 7, 1})), message);
    // A name without end.
    assertRefused(
        bytes(join(HEADER_1_4, instruction(ENTRY_POINT, KERNEL, 9, 0x61616161))), message);
  }

  @Test
  void bytesBehindTheLastWordAreRefused() {
    assertRefused(Arrays.copyOf(bytes(HEADER_1_4), 22), "some kernel: a damaged SPIR-V module");
  }
}
