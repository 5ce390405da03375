package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceHashTest {
  private static final String KERNEL =
      """
      package one;

      import static three.Shared.LIMIT;

      import java.util.List;
      import two.Helper;

      final class Kernel {
        static int run(int x) {
          return x * Sizes.WIDTH + Helper.half(x) + LIMIT - "/* no comment */".length();
        }
      }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    write("one/Kernel", KERNEL);
    write("one/Sizes", "package one; final class Sizes { static final int WIDTH = 16; }");
    write("one/Unrelated", "package one; final class Unrelated { static final int A = 1; }");
    write(
        "two/Helper",
        "package two; public class Helper { public static int half(int x) { return Deep.of(x); } }");
    write("two/Deep", "package two; class Deep { static int of(int x) { return x / 2; } }");
    write("three/Shared", "package three; public class Shared { public static int LIMIT = 3; }");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void change(String name, String from, String to) throws IOException {
    String text = Files.readString(folder.resolve(name + ".java"));
    assertThat(text).contains(from);
    write(name, text.replace(from, to));
  }

  private String hash() {
    return new SourceHash(List.of(folder)).of("one.Kernel").orElseThrow();
  }

  private void assertChanges(String name, String from, String to) throws IOException {
    String before = hash();
    change(name, from, to);
    assertThat(hash()).as("%s: %s to %s", name, from, to).isNotEqualTo(before);
  }

  private void assertKeeps(String name, String from, String to) throws IOException {
    String before = hash();
    change(name, from, to);
    assertThat(hash()).as("%s: %s to %s", name, from, to).isEqualTo(before);
  }

  @Test
  void commentsAndLayoutDoNotCount() throws IOException {
    assertThat(hash()).hasSize(32).isEqualTo(hash());
    assertKeeps("one/Kernel", "final class", "/** What it does.\n * It's \"it\". */\nfinal  class");
    assertKeeps("one/Kernel", "return x * ", "// scaled\n    return x\n        *\t");
    assertKeeps("one/Sizes", "16;", "16 /* wide */ ;");
    assertKeeps("two/Deep", "return", "// half of it\n return");
  }

  @Test
  void whatIsWrittenCounts() throws IOException {
    assertChanges("one/Kernel", "x * Sizes", "x + Sizes");
    assertChanges("one/Kernel", "/* no comment */", "/* no Comment */");
    assertChanges("one/Kernel", "final class", "class");
  }

  @Test
  void aConstantOfAnotherClassCounts() throws IOException {
    assertChanges("one/Sizes", "16", "32");
    assertChanges("three/Shared", "LIMIT = 3", "LIMIT = 4");
  }

  @Test
  void whatIsNamedByWhatIsNamedCounts() throws IOException {
    assertChanges("two/Helper", "Deep.of(x)", "Deep.of(x + 1)");
    assertChanges("two/Deep", "x / 2", "x / 3");
  }

  @Test
  void otherClassesDoNotCount() throws IOException {
    assertKeeps("one/Unrelated", "A = 1", "A = 2");
    write("four/Sizes", "package four; class Sizes { static final int WIDTH = 99; }");
    assertThat(new SourceHash(List.of(folder)).of("one.Unrelated")).isPresent();
  }

  @Test
  void tokensAreNotJoined() throws IOException {
    change("one/Kernel", "return x *", "return xx *");
    assertChanges("one/Kernel", "return xx *", "return x x *");
  }

  @Test
  void aClassWithoutSourceHasNoHash() {
    SourceHash hashes = new SourceHash(List.of(folder, folder.resolve("absent")));
    assertThat(hashes.of("one.Absent")).isEmpty();
    assertThat(hashes.of("java.util.List")).isEmpty();
    assertThat(hashes.of("one.Kernel")).isPresent();
  }
}
