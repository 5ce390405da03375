package dev.squall.pipeline.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels that use what only the genuine API has, or are compiled otherwise than ours. */
class DoctorOnOtherCodeTest {
  private static final String API = "uk/ac/manchester/tornado/api/";

  /** As much of the genuine API as the kernels below need. */
  private static final Map<String, String> GENUINE =
      Map.of(
          API + "annotations/Parallel.java",
          """
          package uk.ac.manchester.tornado.api.annotations;
          import java.lang.annotation.*;
          @Target({ElementType.LOCAL_VARIABLE, ElementType.TYPE_USE})
          @Retention(RetentionPolicy.RUNTIME)
          public @interface Parallel {}
          """,
          API + "annotations/Reduce.java",
          """
          package uk.ac.manchester.tornado.api.annotations;
          import java.lang.annotation.*;
          @Target({ElementType.PARAMETER, ElementType.LOCAL_VARIABLE, ElementType.FIELD})
          @Retention(RetentionPolicy.RUNTIME)
          public @interface Reduce {}
          """,
          API + "types/arrays/FloatArray.java",
          """
          package uk.ac.manchester.tornado.api.types.arrays;
          public final class FloatArray {
            public float get(int index) { return 0; }
            public void set(int index, float value) {}
            public int getSize() { return 0; }
          }
          """,
          API + "types/arrays/FP8Array.java",
          """
          package uk.ac.manchester.tornado.api.types.arrays;
          public final class FP8Array {
            public byte get(int index) { return 0; }
          }
          """,
          API + "KernelContext.java",
          """
          package uk.ac.manchester.tornado.api;
          public class KernelContext {
            public final Integer globalIdx = 0;
            public final Integer localIdx = 0;
            public float simdSum(float value) { return value; }
            public float[] mmaFragment(float value) { return null; }
            public void asyncCopyCommit() {}
          }
          """);

  private static final String KERNELS =
      """
      package other;

      import uk.ac.manchester.tornado.api.KernelContext;
      import uk.ac.manchester.tornado.api.annotations.Parallel;
      import uk.ac.manchester.tornado.api.annotations.Reduce;
      import uk.ac.manchester.tornado.api.types.arrays.FP8Array;
      import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

      class Kernels {
        static void sum(FloatArray in, @Reduce FloatArray sum) {
          for (@Parallel int i = 0; i < in.getSize(); i++) {
            sum.set(0, sum.get(0) + in.get(i));
          }
        }

        static void lanes(KernelContext context, FloatArray in, FloatArray out) {
          out.set(context.globalIdx, context.simdSum(in.get(context.globalIdx)));
        }

        static void fragments(KernelContext context, FloatArray out) {
          out.set(context.globalIdx, context.mmaFragment(0f)[0]);
        }

        static void copies(KernelContext context, FloatArray out) {
          context.asyncCopyCommit();
          out.set(context.globalIdx, 1f);
        }

        static void eighthPrecision(FP8Array in, FloatArray out) {
          for (@Parallel int i = 0; i < out.getSize(); i++) {
            out.set(i, in.get(i));
          }
        }

        static void clean(FloatArray in, FloatArray out) {
          for (@Parallel int i = 0; i < out.getSize(); i++) {
            out.set(i, in.get(i) / 2);
          }
        }
      }
      """;

  @TempDir private Path folder;

  private Path compiled(String... options) {
    java.util.HashMap<String, String> sources = new java.util.HashMap<>(GENUINE);
    sources.put("other/Kernels.java", KERNELS);
    return Compiled.into(folder, sources, options);
  }

  private static Diagnosis examine(Path place) {
    return Doctor.of(List.of(place)).examine(Backend.USUAL, false);
  }

  @Test
  void partsOfTheGenuineApiThatSomeBackEndsLack() {
    Diagnosis diagnosis = examine(compiled("-g"));
    assertThat(Examined.rulesOf(diagnosis, "sum")).containsExactly(Rule.REDUCE);
    assertThat(Examined.rulesOf(diagnosis, "lanes")).containsExactly(Rule.SUBGROUP);
    assertThat(Examined.rulesOf(diagnosis, "fragments")).containsExactly(Rule.TENSOR_CORE);
    assertThat(Examined.rulesOf(diagnosis, "copies")).containsExactly(Rule.CUDA_ONLY);
    assertThat(Examined.rulesOf(diagnosis, "eighthPrecision")).containsExactly(Rule.CUDA_ONLY);
    assertThat(Examined.rulesOf(diagnosis, "clean")).isEmpty();
    Diagnosis cuda =
        Doctor.of(List.of(folder.resolve("classes"))).examine(EnumSet.of(Backend.CUDA), false);
    assertThat(cuda.findings()).isEmpty();
  }

  @Test
  void withoutDebugTablesTornadoVmFails() {
    Diagnosis diagnosis = examine(compiled("-g:none"));
    assertThat(diagnosis.kernels()).hasSize(6);
    Set<Rule> rules = Examined.rulesOf(diagnosis, "clean");
    assertThat(rules).containsExactly(Rule.NO_DEBUG_TABLES);
    assertThat(diagnosis.findings())
        .allSatisfy(
            finding -> {
              assertThat(finding.line()).isZero();
              assertThat(finding.file()).isEqualTo("other/Kernels");
            });
    assertThat(Examined.rulesOf(examine(compiled("-g:lines,source")), "clean"))
        .containsExactly(Rule.NO_DEBUG_TABLES);
  }

  @Test
  void jarsAreRead() throws IOException {
    Path classes = compiled("-g");
    Path jar = folder.resolve("kernels.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.putNextEntry(new JarEntry("other/Kernels.class"));
      Files.copy(classes.resolve("other/Kernels.class"), out);
      out.closeEntry();
    }
    assertThat(examine(jar).findings()).isEqualTo(examine(classes).findings()).isNotEmpty();
  }

  @Test
  void whatHoldsNoClassesIsRefused() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> examine(empty))
        .isInstanceOf(SquallException.class)
        .hasMessage("no class files in " + empty + "; compile it first");
    assertThatThrownBy(() -> examine(folder.resolve("absent")))
        .isInstanceOf(SquallException.class)
        .hasMessage("no folder or jar at " + folder.resolve("absent"));
    Path damaged = Files.createDirectory(folder.resolve("damaged"));
    Files.write(damaged.resolve("A.class"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> examine(damaged))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith(damaged.resolve("A.class") + " is no class file");
    Path text = Files.writeString(folder.resolve("a.jar"), "no jar");
    assertThatThrownBy(() -> examine(text))
        .isInstanceOf(SquallException.class)
        .hasMessageStartingWith("cannot read " + text);
  }
}
