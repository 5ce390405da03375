package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Modules put together by hand, word by word; and two that TornadoVM made, which the SPIR-V tools'
 * disassembler shows to have 6 and 7 parameters.
 */
class SpirvModuleTest {
  private static int[] instruction(int operation, int... operands) {
    int[] words = new int[operands.length + 1];
    words[0] = words.length << 16 | operation;
    System.arraycopy(operands, 0, words, 1, operands.length);
    return words;
  }

  private static byte[] module(int[]... instructions) {
    int[] header = {0x07230203, 0x00010200, 0, 100, 0};
    int[] words =
        IntStream.concat(
                Arrays.stream(header), Arrays.stream(instructions).flatMapToInt(Arrays::stream))
            .toArray();
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  private static byte[] made(String file) throws IOException {
    try (var in =
        SpirvModuleTest.class.getResourceAsStream("/dev/squall/pipeline/bundle/" + file)) {
      return in.readAllBytes();
    }
  }

  @Test
  void parametersOfTheAskedKernelAreCounted() {
    int[] entry = instruction(15, 6, 20, 'k' | 'e' << 8 | 'r' << 16 | 'n' << 24, 'e' | 'l' << 8);
    SpirvModule module =
        SpirvModule.of(
            module(
                entry,
                instruction(54, 1, 10, 0, 2),
                instruction(55, 3, 11),
                instruction(56),
                instruction(54, 1, 20, 0, 2),
                instruction(55, 3, 21),
                instruction(55, 3, 22),
                instruction(56)));
    assertThat(module.parameters("kernel")).hasValue(2);
    assertThat(module.parameters("kern")).isEmpty();
  }

  @Test
  void aKernelContextIsAParameterMore() throws IOException {
    assertThat(
            SpirvModule.of(made("AntidiagonalScoresLoops.meanScores.spv")).parameters("meanScores"))
        .hasValue(6);
    assertThat(
            SpirvModule.of(made("AntidiagonalScoresTiles.meanTiles.spv")).parameters("meanTiles"))
        .hasValue(7);
  }

  /** Types: 1 u8, 2 u64, 3 u8*, 4 u64*, 5 variable of a u64*, 6 variable of a u64. */
  @Test
  void aPointerIsLoadedAsWhatTheVariableHolds() {
    int[][] types = {
      instruction(32, 3, 5, 1),
      instruction(32, 4, 5, 2),
      instruction(32, 5, 7, 4),
      instruction(32, 6, 7, 2),
      instruction(59, 5, 30, 7),
      instruction(59, 6, 31, 7)
    };
    int[][] broken = Arrays.copyOf(types, types.length + 2);
    broken[types.length] = instruction(61, 3, 40, 30, 2, 8);
    broken[types.length + 1] = instruction(61, 2, 41, 31);
    int[][] mended = broken.clone();
    mended[types.length] = instruction(61, 4, 40, 30, 2, 8);

    assertThat(SpirvModule.of(module(broken)).repaired().bytes()).isEqualTo(module(mended));
    assertThat(SpirvModule.of(module(mended)).repaired().bytes()).isEqualTo(module(mended));
  }

  @Test
  void aRightModuleStaysAsItIs() throws IOException {
    byte[] loops = made("AntidiagonalScoresLoops.meanScores.spv");
    assertThat(SpirvModule.of(loops).repaired().bytes()).isEqualTo(loops);
  }

  @Test
  void whatIsNoModuleIsRefused() throws IOException {
    byte[] loops = made("AntidiagonalScoresLoops.meanScores.spv");
    for (byte[] bad :
        new byte[][] {new byte[0], new byte[64], Arrays.copyOf(loops, 203), cutInAnInstruction()}) {
      assertThatThrownBy(() -> SpirvModule.of(bad))
          .isInstanceOfSatisfying(
              SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.COMPILE));
    }
  }

  private static byte[] cutInAnInstruction() {
    byte[] module = module(instruction(55, 3, 11));
    return Arrays.copyOf(module, module.length - 4);
  }
}
