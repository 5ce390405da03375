package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ClassPath.Found;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel and all that it calls on the class path, each method examined for the arguments that it
 * is called with, as TornadoVM inlines it.
 */
final class Closure {
  /** A method called in more ways than this is taken to be called with anything. */
  private static final int MOST_CONTEXTS = 24;

  private record Context(MethodKey method, List<Value> arguments, boolean kernel) {}

  private final ClassPath classPath;
  private final Report report;
  private final List<Check> checks;
  private final Map<MethodKey, Optional<Body>> bodies = new HashMap<>();
  private final Map<Context, Analysis> analyses = new HashMap<>();
  private final Map<MethodKey, Integer> contexts = new HashMap<>();
  private final Set<Context> examined = new HashSet<>();
  private final Deque<MethodKey> open = new ArrayDeque<>();

  Closure(ClassPath classPath, Report report) {
    this.classPath = classPath;
    this.report = report;
    this.checks =
        List.of(
            new SignatureCheck(),
            new ArithmeticCheck(),
            new ShiftCheck(),
            new ObjectCheck(classPath),
            new CallCheck(classPath),
            new SwitchCheck(),
            new ConditionCheck(),
            new LoopExitCheck(),
            new ParallelCheck(),
            new LocalArrayCheck(classPath),
            new OutputCheck());
  }

  void examine(MethodKey kernel) {
    body(kernel)
        .ifPresent(body -> examine(new Context(kernel, Analysis.taskArguments(body), true)));
  }

  /** Examines a method as a kernel, and nothing that it calls. */
  void examineAlone(MethodKey kernel) {
    body(kernel)
        .ifPresent(
            body -> {
              Analysis analysis =
                  new Analysis(
                      body, Analysis.taskArguments(body), true, (callee, arguments) -> null);
              checks.forEach(check -> check.examine(analysis, report));
            });
  }

  private void examine(Context context) {
    if (!examined.add(context)) {
      return;
    }
    Analysis analysis = analysis(context);
    checks.forEach(check -> check.examine(analysis, report));
    open.push(context.method());
    Body body = analysis.body();
    for (int i = 0; i < body.instructions().size(); i++) {
      if (analysis.reached(i) && body.instruction(i) instanceof InvokeInstruction call) {
        follow(call, i, analysis);
      }
    }
    open.pop();
  }

  private void follow(InvokeInstruction call, int i, Analysis caller) {
    Optional<Found> callee = callee(call);
    if (callee.isEmpty() || body(callee.get().key()).isEmpty()) {
      return;
    }
    MethodKey key = callee.get().key();
    if (open.contains(key)) {
      report.add(Rule.RECURSION, caller.body(), i, "a call of " + key + ", which leads here");
      return;
    }
    int count = call.typeSymbol().parameterCount();
    int receiver = call.opcode() == Opcode.INVOKESTATIC ? 0 : 1;
    examine(context(key, caller.before(i).top(count + receiver)));
  }

  /** Methods of the user's: what the API and the JDK do is another's business. */
  private Optional<Found> callee(Instruction instruction) {
    if (!(instruction instanceof InvokeInstruction call)) {
      return Optional.empty();
    }
    MethodKey key =
        new MethodKey(
            call.owner().asInternalName(), call.name().stringValue(), call.type().stringValue());
    boolean constructs = key.name().equals("<init>");
    return Api.owns(key.owner()) || constructs ? Optional.empty() : classPath.method(key);
  }

  private Context context(MethodKey method, List<Value> arguments) {
    List<Value> plain = new ArrayList<>();
    for (Value argument : arguments) {
      plain.add(argument.withSlot(-1).withSource(null));
    }
    Context context = new Context(method, List.copyOf(plain), false);
    if (analyses.containsKey(context) || contexts.getOrDefault(method, 0) < MOST_CONTEXTS) {
      return context;
    }
    return new Context(
        method,
        plain.stream().map(value -> Value.top(value.kind()).withData(true)).toList(),
        false);
  }

  private Analysis analysis(Context context) {
    Analysis known = analyses.get(context);
    if (known != null) {
      return known;
    }
    contexts.merge(context.method(), 1, Integer::sum);
    Body body = body(context.method()).orElseThrow();
    Analysis made =
        new Analysis(body, context.arguments(), context.kernel(), new Results(context.method()));
    analyses.put(context, made);
    return made;
  }

  private Optional<Body> body(MethodKey key) {
    return bodies.computeIfAbsent(key, method -> classPath.method(method).flatMap(Body::of));
  }

  /** Answers what calls give while their caller is analysed. */
  private final class Results implements Interpreter.Callees {
    private final MethodKey caller;

    private Results(MethodKey caller) {
      this.caller = caller;
    }

    @Override
    public Value result(MethodKey method, List<Value> arguments) {
      Optional<Found> found = classPath.method(method);
      if (found.isEmpty() || body(found.get().key()).isEmpty() || open.contains(method)) {
        return null;
      }
      open.push(caller);
      try {
        Value result =
            open.contains(found.get().key())
                ? null
                : analysis(context(found.get().key(), arguments)).result();
        return result == null || result.kind() == TypeKind.REFERENCE ? null : result;
      } finally {
        open.pop();
      }
    }
  }
}
