package dev.squall.pipeline.doctor;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/**
 * One construct that some back end does not compile to what the source says.
 *
 * @param type the class, as {@code org.example.Kernels}
 * @param method its method
 * @param file the source file's path below its source root, as far as the class file tells
 * @param line 0 if the class file does not tell
 * @param detail what exactly stands there
 * @param backends those concerned, of those asked for
 */
public record Finding(
    Rule rule,
    String type,
    String method,
    String file,
    int line,
    String detail,
    Set<Backend> backends) {
  /** By place, then by rule. */
  static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::file)
          .thenComparing(Finding::line)
          .thenComparing(Finding::type)
          .thenComparing(Finding::method)
          .thenComparing(Finding::rule)
          .thenComparing(Finding::detail);

  public Finding {
    backends = java.util.Collections.unmodifiableSet(new TreeSet<>(backends));
  }

  /** Class without package, and method. */
  public String methodName() {
    return type.substring(type.lastIndexOf('.') + 1) + "." + method;
  }
}
