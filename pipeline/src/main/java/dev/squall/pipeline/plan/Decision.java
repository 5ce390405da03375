package dev.squall.pipeline.plan;

import dev.squall.pipeline.graph.Stage;
import java.util.List;
import java.util.Locale;

/**
 * Where a stage goes and why.
 *
 * @param candidates everything that was considered: what can run, fastest first, then what was
 *     refused; the first is the choice
 * @param forced whether the user named the device or the variant, so that nothing else may serve
 */
public record Decision(Stage stage, List<Candidate> candidates, boolean forced) {
  public Decision {
    candidates = List.copyOf(candidates);
  }

  public Candidate choice() {
    return candidates.getFirst();
  }

  /** What could serve instead, fastest first; nothing if the choice was forced. */
  public List<Candidate> alternatives() {
    if (forced) {
      return List.of();
    }
    return candidates.stream().skip(1).filter(c -> c.refusal().isEmpty()).toList();
  }

  public List<Candidate> refused() {
    return candidates.stream().filter(c -> c.refusal().isPresent()).toList();
  }

  /** One line: the choice, the runner-up and the margin. */
  public String reason() {
    List<Candidate> possible = candidates.stream().filter(c -> c.refusal().isEmpty()).toList();
    String basis = choice().prediction().orElseThrow().basis().name().toLowerCase(Locale.ROOT);
    if (possible.size() == 1) {
      return forced ? "asked for" : "the only one that can run";
    }
    Candidate next = possible.get(1);
    return String.format(
        Locale.ROOT,
        "%s says %.3g ms, next %s %.3g ms (%.3g×)",
        basis,
        choice().seconds() * 1e3,
        next.label(),
        next.seconds() * 1e3,
        next.seconds() / choice().seconds());
  }
}
