package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Block;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Conditions that join {@code &&} and {@code ||}. A chain of one connective ends in one place by
 * one way and in the other by many; conditions are mixed where one of the later ones is reached in
 * two ways, or both places in several.
 */
final class ConditionCheck implements Check {
  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    ControlFlow flow = method.flow();
    Conditions conditions = new Conditions(body, flow);
    Set<Integer> seen = new HashSet<>();
    for (Block block : flow.blocks()) {
      if (!flow.isCondition(block) || !method.reached(block.first()) || !seen.add(block.number())) {
        continue;
      }
      Set<Integer> group = conditions.group(block);
      seen.addAll(group);
      Map<String, Integer> targets = conditions.targets(group);
      boolean met =
          group.stream()
              .anyMatch(
                  member -> member != block.number() && flow.block(member).previous().size() > 1);
      boolean crossed = targets.values().stream().allMatch(ways -> ways > 1);
      if (targets.size() == 2 && (met || crossed)) {
        report.add(
            Rule.MIXED_CONDITION,
            body,
            block.last(),
            "%d conditions decide one branch, not all by && or all by ||".formatted(group.size()));
      }
    }
  }
}
