package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.Value.Source;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How tasks are launched, as far as one method of the host shows it. */
final class HostCheck implements Check {
  private static final String WORKERS = Api.ROOT + "WorkerGrid";
  private static final String PLAN = Api.ROOT + "TornadoExecutionPlan";

  @Override
  public void examine(Analysis method, Report report) {
    grids(method, report);
    launches(method, report);
  }

  /** Whether a method is worth a look. */
  static boolean concerns(Body body) {
    return body.instructions().stream()
        .anyMatch(
            instruction ->
                instruction instanceof InvokeInstruction call
                    && (call.owner().asInternalName().startsWith(WORKERS)
                        || call.owner().asInternalName().equals(PLAN)));
  }

  private static void launches(Analysis method, Report report) {
    Body body = method.body();
    MethodKey contextKernel = null;
    boolean gridGiven = false;
    int executed = -1;
    for (int i = 0; i < body.instructions().size(); i++) {
      switch (body.instruction(i)) {
        case InvokeDynamicInstruction dynamic when KernelFinder.isTask(dynamic) -> {
          MethodKey task = KernelFinder.reference(dynamic).orElse(null);
          if (task != null && task.descriptor().contains(Api.CONTEXT_DESCRIPTOR)) {
            contextKernel = task;
          }
        }
        case InvokeInstruction call when Api.owns(call.owner().asInternalName()) -> {
          String name = call.name().stringValue();
          if (name.equals("withGridScheduler")) {
            gridGiven = true;
            report.add(Rule.FPGA_GRID, body, i, "withGridScheduler");
          } else if (name.equals("execute")) {
            executed = i;
          }
        }
        default -> {
          // Nothing of tasks.
        }
      }
    }
    if (contextKernel != null && !gridGiven && executed >= 0) {
      report.add(
          Rule.MISSING_GRID, body, executed, "%s runs without a grid".formatted(contextKernel));
    }
  }

  private static void grids(Analysis method, Report report) {
    Map<Source, List<Value>> global = new HashMap<>();
    Body body = method.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (method.reached(i)
          && body.instruction(i) instanceof InvokeInstruction call
          && call.owner().asInternalName().startsWith(WORKERS)) {
        Frame before = method.before(i);
        int count = call.typeSymbol().parameterCount();
        List<Value> sizes = before.top(count);
        if (!(before.peek(count).source() instanceof Source grid)) {
          continue;
        }
        switch (call.name().stringValue()) {
          case "<init>", "setGlobalWork" -> global.put(grid, sizes);
          case "setLocalWork" -> {
            String uneven = uneven(global.getOrDefault(grid, List.of()), sizes);
            if (uneven != null) {
              report.add(Rule.UNEVEN_GRID, body, i, uneven);
            }
          }
          default -> {
            // No sizes.
          }
        }
      }
    }
  }

  private static String uneven(List<Value> global, List<Value> local) {
    for (int axis = 0; axis < Math.min(global.size(), local.size()); axis++) {
      Value all = global.get(axis);
      Value group = local.get(axis);
      boolean known = all.isConstant() && group.isConstant() && group.low() > 0;
      if (known && all.low() % group.low() != 0) {
        return "a global size of %s with groups of %s"
            .formatted(ArithmeticCheck.number(all), ArithmeticCheck.number(group));
      }
    }
    return null;
  }
}
