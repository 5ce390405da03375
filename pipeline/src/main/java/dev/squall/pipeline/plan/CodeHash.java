package dev.squall.pipeline.plan;

import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A hash of the code that a variant runs, by which recorded times are known to be of older code:
 * the class files of the variant and of every class of kernels that these name, from there on
 * likewise. Line numbers do not count, so a comment changes nothing.
 *
 * <p>A device variant begins at the classes of its tasks. The code of a host variant hides in a
 * lambda, so it begins at the kernel, and leaves out by their names the classes that only other
 * variants use.
 */
final class CodeHash {
  private static final String KERNELS = "dev/squall/kernels/";

  /** What kernels stand on: its changes do not change how long they take. */
  private static final List<String> FRAMEWORK =
      Stream.of("error", "launch", "spec", "tensor", "verify")
          .map(folder -> KERNELS + folder + "/")
          .toList();

  private static final Map<String, String> KNOWN = new ConcurrentHashMap<>();
  private static final Map<String, Code> CODES = new ConcurrentHashMap<>();

  private CodeHash() {}

  /** A class file without its line numbers, and the classes that it names. */
  private record Code(byte[] bytes, Set<String> named) {
    private static final Code ABSENT = new Code(new byte[0], Set.of());
  }

  /** Sixteen hexadecimal digits. */
  static String of(Kernel kernel, Variant variant, Sizes sizes) {
    String own = kernel.getClass().getName().replace('.', '/');
    ClassLoader loader = kernel.getClass().getClassLoader();
    return switch (variant) {
      case Variant.Device device -> {
        List<String> tasks =
            device.program().apply(sizes).tasks().stream()
                .map(Task::code)
                .map(code -> code.getName().replace('.', '/'))
                .distinct()
                .sorted()
                .toList();
        yield of(tasks.isEmpty() ? List.of(own) : tasks, name -> true, loader);
      }
      case Variant.Host host ->
          of(
              List.of(own),
              name -> name.equals(own) || !ofOthers(name, host.name().equals("reference")),
              loader);
    };
  }

  private static boolean ofOthers(String name, boolean reference) {
    String outer = name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
    return Stream.of("Loops", "Tiles", "Programs", reference ? "Simd" : "Reference")
        .anyMatch(outer::endsWith);
  }

  private static String of(List<String> begin, Predicate<String> counts, ClassLoader loader) {
    return KNOWN.computeIfAbsent(
        begin + " " + counts.test("Reference") + counts.test("Simd"),
        key -> {
          Map<String, byte[]> files = new TreeMap<>();
          Deque<String> open = new ArrayDeque<>(begin);
          String folder = begin.getFirst().substring(0, begin.getFirst().lastIndexOf('/') + 1);
          while (!open.isEmpty()) {
            String next = open.pop();
            if (!files.containsKey(next) && counts.test(next) && ofKernels(next, folder)) {
              Code code = CODES.computeIfAbsent(next, name -> read(name, loader));
              files.put(next, code.bytes());
              open.addAll(code.named());
            }
          }
          return digest(files.values());
        });
  }

  private static boolean ofKernels(String name, String folder) {
    return (name.startsWith(KERNELS) || name.startsWith(folder))
        && FRAMEWORK.stream().noneMatch(name::startsWith);
  }

  private static Code read(String name, ClassLoader loader) {
    try (InputStream in = loader.getResourceAsStream(name + ".class")) {
      if (in == null) {
        return Code.ABSENT;
      }
      ClassFile parser =
          ClassFile.of(
              ClassFile.DebugElementsOption.DROP_DEBUG,
              ClassFile.LineNumbersOption.DROP_LINE_NUMBERS);
      ClassModel model = parser.parse(in.readAllBytes());
      Set<String> named = new java.util.TreeSet<>();
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry type) {
          named.add(type.asInternalName());
        }
      }
      return new Code(parser.transformClass(model, ClassTransform.ACCEPT_ALL), Set.copyOf(named));
    } catch (IOException | IllegalArgumentException e) {
      return Code.ABSENT;
    }
  }

  private static String digest(Iterable<byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
