package dev.squall.pipeline.doctor;

import java.lang.classfile.TypeKind;
import java.util.List;

/** Ranges of what the functions of TornadoMath and Math answer. */
final class Mathematics {
  private Mathematics() {}

  static Value result(String name, TypeKind kind, List<Value> arguments) {
    if (arguments.isEmpty() || arguments.getFirst().kind() == TypeKind.REFERENCE) {
      return Value.top(kind);
    }
    Value a = arguments.getFirst();
    boolean data = arguments.stream().anyMatch(Value::data);
    Value result =
        switch (name) {
          case "min" -> Arithmetic.smaller(a, arguments.get(1));
          case "max" -> Arithmetic.larger(a, arguments.get(1));
          case "clamp" ->
              Arithmetic.smaller(Arithmetic.larger(a, arguments.get(1)), arguments.get(2));
          case "abs" -> Arithmetic.absolute(a);
          case "exp", "sqrt", "cosh", "acosh" ->
              Value.of(kind, 0, Double.POSITIVE_INFINITY).withCuts(true, false);
          case "sin", "cos", "tanh", "sinpi", "cospi", "signum", "fract" -> Value.of(kind, -1, 1);
          case "floor", "ceil", "rint" ->
              Value.of(kind, Math.floor(a.low()), Math.ceil(a.high()))
                  .withCuts(a.cutBelow(), a.cutAbove());
          case "floorMod" -> floorRemainder(kind, arguments.get(1));
          case "floorDiv" -> a.neverNegative() ? Value.of(kind, 0, a.high()) : Value.top(kind);
          default -> Value.top(kind);
        };
    Value fitting = result.kind() == kind.asLoadable() ? result : Value.top(kind);
    return fitting.withData(data);
  }

  private static Value floorRemainder(TypeKind kind, Value divisor) {
    return divisor.low() > 0 ? Value.of(kind, 0, divisor.high() - 1) : Value.top(kind);
  }
}
