package dev.squall.pipeline.doctor;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Collects findings: one a rule, method and line, for the back ends that were asked for. */
final class Report {
  private record Place(Rule rule, MethodKey method, int line) {}

  private final Set<Backend> backends;
  private final boolean strict;
  private final Set<Place> seen = new HashSet<>();
  private final TreeSet<Finding> findings = new TreeSet<>(Finding.ORDER);

  Report(Set<Backend> backends, boolean strict) {
    this.backends = backends;
    this.strict = strict;
  }

  /**
   * @param instruction where it stands
   * @param detail what exactly stands there
   */
  void add(Rule rule, Body body, int instruction, String detail) {
    addAt(rule, body, body.line(instruction), detail);
  }

  void addAt(Rule rule, Body body, int line, String detail) {
    Set<Backend> concerned = new TreeSet<>(rule.backends());
    concerned.retainAll(backends);
    boolean wanted = strict || rule.consequence() != Consequence.UNPROVEN;
    if (!concerned.isEmpty() && wanted && seen.add(new Place(rule, body.key(), line))) {
      findings.add(
          new Finding(
              rule,
              body.key().className(),
              body.key().name(),
              body.file(),
              line,
              detail,
              concerned));
    }
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }
}
