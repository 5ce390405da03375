package dev.squall.pipeline.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.doctor.Acceptances.Acceptance;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Findings for people, for programs and for GitHub.
 *
 * @param findings those that nobody accepts
 * @param accepted how many someone does
 * @param unused acceptances of what is not there
 */
public record DiagnosisText(
    Diagnosis diagnosis,
    List<Finding> findings,
    int accepted,
    List<Acceptance> unused,
    Set<Backend> backends,
    SourceFiles sources) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public DiagnosisText {
    findings = List.copyOf(findings);
    unused = List.copyOf(unused);
  }

  /** Two lines a finding and a last one that counts. */
  public String terminal() {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      Rule rule = finding.rule();
      text.append(
          "%s: %s in %s: %s (%s on %s)%n    %s; instead: %s%n"
              .formatted(
                  place(finding),
                  rule.id(),
                  finding.methodName(),
                  finding.detail(),
                  rule.consequence().words(),
                  keys(finding.backends()),
                  rule.what(),
                  rule.instead()));
    }
    for (Acceptance acceptance : unused) {
      text.append(
          "accepted but not there: %s in %s (%s)%n"
              .formatted(acceptance.rule().id(), acceptance.method(), acceptance.reason()));
    }
    return text.append(summary()).append('\n').toString();
  }

  private String summary() {
    String found =
        findings.isEmpty()
            ? "nothing found"
            : findings.size() + (findings.size() == 1 ? " finding" : " findings");
    return "%s in %d %s, for %s%s"
        .formatted(
            found,
            diagnosis.kernels().size(),
            diagnosis.kernels().size() == 1 ? "kernel" : "kernels",
            keys(backends),
            accepted == 0 ? "" : "; %d accepted".formatted(accepted));
  }

  /** A JSON line a finding, one an unused acceptance, and a last one that counts. */
  public String jsonLines() {
    StringBuilder text = new StringBuilder();
    findings.forEach(finding -> text.append(line(json(finding))));
    for (Acceptance acceptance : unused) {
      ObjectNode node = JSON.createObjectNode();
      node.put("kind", "unused_acceptance");
      node.put("rule", acceptance.rule().id());
      node.put("method", acceptance.method());
      node.put("reason", acceptance.reason());
      text.append(line(node));
    }
    ObjectNode last = JSON.createObjectNode();
    last.put("kind", "doctor");
    last.put("findings", findings.size());
    last.put("accepted", accepted);
    last.put("unused_acceptances", unused.size());
    ArrayNode kernels = last.putArray("kernels");
    diagnosis.kernels().forEach(kernels::add);
    addKeys(last.putArray("backends"), backends);
    return text.append(line(last)).toString();
  }

  private ObjectNode json(Finding finding) {
    Rule rule = finding.rule();
    ObjectNode node = JSON.createObjectNode();
    node.put("kind", "finding");
    node.put("rule", rule.id());
    node.put("consequence", rule.consequence().words());
    addKeys(node.putArray("backends"), finding.backends());
    node.put("class", finding.type());
    node.put("method", finding.method());
    node.put("file", sources.locate(finding.file()));
    node.put("line", finding.line());
    node.put("detail", finding.detail());
    node.put("what", rule.what());
    node.put("instead", rule.instead());
    return node;
  }

  private static String line(ObjectNode node) {
    try {
      return JSON.writeValueAsString(node) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** GitHub's workflow commands, which mark the lines of a pull request. */
  public String annotations() {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      Rule rule = finding.rule();
      String level = rule.consequence() == Consequence.UNPROVEN ? "warning" : "error";
      String message =
          "%s: %s (on %s). %s; instead: %s"
              .formatted(
                  finding.methodName(),
                  finding.detail(),
                  keys(finding.backends()),
                  rule.what(),
                  rule.instead());
      text.append(
          "::%s file=%s,line=%d,title=%s::%s%n"
              .formatted(
                  level,
                  property(sources.locate(finding.file())),
                  Math.max(1, finding.line()),
                  property(rule.id() + " (" + rule.consequence().words() + ")"),
                  message(message)));
    }
    for (Acceptance acceptance : unused) {
      text.append(
          "::error title=accepted but not there::%s%n"
              .formatted(message(acceptance.rule().id() + " in " + acceptance.method())));
    }
    return text.append(summary()).append('\n').toString();
  }

  private static String message(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }

  private static String property(String text) {
    return message(text).replace(":", "%3A").replace(",", "%2C");
  }

  private String place(Finding finding) {
    String file = sources.locate(finding.file());
    return finding.line() > 0 ? file + ":" + finding.line() : file;
  }

  private static String keys(Set<Backend> backends) {
    return new TreeSet<>(backends).stream().map(Backend::key).collect(Collectors.joining(", "));
  }

  private static void addKeys(ArrayNode array, Set<Backend> backends) {
    new TreeSet<>(backends).forEach(backend -> array.add(backend.key()));
  }
}
