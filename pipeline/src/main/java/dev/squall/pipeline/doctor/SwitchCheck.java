package dev.squall.pipeline.doctor;

import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Switches whose labels get lost. */
final class SwitchCheck implements Check {
  @Override
  public void examine(Analysis method, Report report) {
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (method.reached(i)) {
        switch (body.instruction(i)) {
          case TableSwitchInstruction choice ->
              examine(choice.defaultTarget(), choice.cases(), i, body, report);
          case LookupSwitchInstruction choice ->
              examine(choice.defaultTarget(), choice.cases(), i, body, report);
          default -> {
            // No switch.
          }
        }
      }
    }
  }

  /** For an enum of the same source file javac switches over its ordinal. */
  private static boolean isOrdinal(Instruction instruction) {
    return instruction instanceof InvokeInstruction call
        && call.name().equalsString("ordinal")
        && call.type().equalsString("()I");
  }

  /** Labels of the default are no cases: tables have them where a number is left out. */
  private static void examine(
      Label byDefault, List<SwitchCase> cases, int i, Body body, Report report) {
    Map<Integer, List<Integer>> arms = new TreeMap<>();
    for (SwitchCase one : cases) {
      int target = body.index(one.target());
      if (target != body.index(byDefault)) {
        arms.computeIfAbsent(target, key -> new ArrayList<>()).add(one.caseValue());
      }
    }
    report.add(Rule.UNPROVEN_SWITCH, body, i, "a switch");
    if (i > 0 && isOrdinal(body.instruction(i - 1))) {
      report.add(Rule.ENUM_SWITCH, body, i, "a switch over an enum");
    }
    arms.forEach(
        (target, labels) -> {
          if (labels.size() > 1) {
            report.add(Rule.SHARED_SWITCH_ARM, body, target, "one arm for the labels " + labels);
          }
        });
    if (arms.values().stream().mapToInt(List::size).sum() == 1) {
      report.add(Rule.SINGLE_CASE_SWITCH, body, i, "a switch with a single case");
    }
  }
}
