package dev.squall.pipeline.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the doctor says of classes of the tests. */
final class Examined {
  private Examined() {}

  static Diagnosis classes(Set<Backend> backends, boolean strict, Class<?>... types) {
    List<byte[]> files = new ArrayList<>();
    for (Class<?> type : types) {
      files.add(bytes(type));
      for (Class<?> inner : type.getDeclaredClasses()) {
        files.add(bytes(inner));
      }
    }
    return Doctor.ofBytes(files).examine(backends, strict);
  }

  static Diagnosis usual(Class<?>... types) {
    return classes(Backend.USUAL, false, types);
  }

  static Set<Rule> rules(Diagnosis diagnosis) {
    Set<Rule> rules = EnumSet.noneOf(Rule.class);
    diagnosis.findings().forEach(finding -> rules.add(finding.rule()));
    return rules;
  }

  /** The rules that {@code method}, or a method that it alone calls, breaks. */
  static Set<Rule> rulesOf(Diagnosis diagnosis, String method) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.method().equals(method))
        .map(Finding::rule)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  static byte[] bytes(Class<?> type) {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    try (InputStream stream = type.getResourceAsStream(file)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
