package dev.squall.pipeline.arc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ElfSectionsTest {
  /** Header, names and two sections, laid out by the ELF specification. */
  private static byte[] elf() {
    byte[] names = "\0.one\0.ze_info\0.names\0".getBytes(StandardCharsets.US_ASCII);
    byte[] content = "kernels:\n".getBytes(StandardCharsets.US_ASCII);
    int namesAt = 64;
    int contentAt = namesAt + names.length;
    int tableAt = 128;
    ByteBuffer file = ByteBuffer.allocate(tableAt + 4 * 64).order(ByteOrder.LITTLE_ENDIAN);
    file.put(0, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
    file.putLong(40, tableAt);
    file.putShort(58, (short) 64);
    file.putShort(60, (short) 4);
    file.putShort(62, (short) 3);
    file.put(namesAt, names);
    file.put(contentAt, content);
    section(file, tableAt + 64, 1, 0, 0);
    section(file, tableAt + 128, 6, contentAt, content.length);
    section(file, tableAt + 192, 15, namesAt, names.length);
    return file.array();
  }

  private static void section(ByteBuffer file, int at, int name, long offset, long size) {
    file.putInt(at, name);
    file.putLong(at + 24, offset);
    file.putLong(at + 32, size);
  }

  @Test
  void aSectionIsFoundByItsName() {
    assertThat(ElfSections.find(elf(), ".ze_info"))
        .hasValueSatisfying(content -> assertThat(content).asString().isEqualTo("kernels:\n"));
    assertThat(ElfSections.find(elf(), ".one")).hasValueSatisfying(c -> assertThat(c).isEmpty());
    assertThat(ElfSections.find(elf(), ".ze")).isEmpty();
  }

  @Test
  void aDamagedFileHasNoSections() {
    byte[] elf = elf();
    for (int length = 0; length < elf.length; length++) {
      byte[] part = Arrays.copyOf(elf, length);
      assertThat(ElfSections.find(part, ".nothing")).isEmpty();
    }
    for (int i = 0; i < elf.length; i++) {
      byte[] changed = elf.clone();
      changed[i] ^= (byte) 0xFF;
      ElfSections.find(changed, ".ze_info");
    }
    assertThat(ElfSections.find("no ELF file".getBytes(StandardCharsets.US_ASCII), ".x")).isEmpty();
  }
}
