package dev.squall.pipeline.doctor;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;

/**
 * Ranges of computed numbers. Sizes, indices and counters are taken to stay below 2³¹; values read
 * from arrays, recurrences and large multipliers are not, and wrap.
 */
final class Arithmetic {
  /** Steps and strides are smaller than this; what is larger is there to scramble bits. */
  private static final double SMALL = 65536;

  private Arithmetic() {}

  static Value binary(Opcode opcode, Value a, Value b) {
    Value result =
        switch (opcode) {
          case IADD, LADD, FADD, DADD -> add(a, b);
          case ISUB, LSUB, FSUB, DSUB -> add(a, negate(b));
          case IMUL, LMUL, FMUL, DMUL -> multiply(a, b);
          case IDIV, LDIV, FDIV, DDIV -> divide(a, b);
          case IREM, LREM, FREM, DREM -> remainder(a, b);
          case ISHL, LSHL -> shiftLeft(a, b);
          case ISHR, LSHR -> shiftRight(a, b);
          case IUSHR, LUSHR -> a.neverNegative() ? shiftRight(a, b) : Value.top(a.kind());
          case IAND, LAND -> and(a, b);
          case IOR, LOR, IXOR, LXOR -> or(a, b);
          case LCMP, FCMPL, FCMPG, DCMPL, DCMPG ->
              Value.of(TypeKind.INT, -1, 1).withSource(new Value.Comparison(a, b));
          default -> throw new IllegalArgumentException("no operator of two numbers: " + opcode);
        };
    return result
        .withData(a.data() || b.data())
        .withGrown(a.grown() || b.grown())
        .withProduct(overflows(opcode, a, b, result))
        .withOrigin(folds(a, b) ? Value.Origin.PARAMETER : Value.Origin.OTHER)
        .withSlot(-1);
  }

  /** Scalar parameters of a task are constants to the compiler, and so is what they give. */
  private static boolean folds(Value a, Value b) {
    boolean parameters = a.isFolded() || b.isFolded();
    return parameters && (a.isFolded() || a.isConstant()) && (b.isFolded() || b.isConstant());
  }

  /** Whether a result carries an overflowed int product on. */
  private static boolean overflows(Opcode opcode, Value a, Value b, Value result) {
    return switch (opcode) {
      case IMUL ->
          result.isWhole() && (a.data() && b.data() || a.data() && large(b) || b.data() && large(a))
              || a.product()
              || b.product();
      case IADD, ISUB -> a.product() || b.product();
      default -> false;
    };
  }

  private static boolean large(Value value) {
    return value.isConstant() && Math.abs(value.low()) >= SMALL;
  }

  private static boolean small(Value value) {
    return Math.abs(value.low()) < SMALL && Math.abs(value.high()) < SMALL;
  }

  static Value negate(Value a) {
    Value negated = fitted(a, -a.high(), -a.low(), !a.data());
    return negated
        .withCuts(a.cutAbove(), a.cutBelow())
        .withData(a.data())
        .withGrown(a.grown())
        .withOrigin(a.isFolded() ? Value.Origin.PARAMETER : Value.Origin.OTHER);
  }

  private static Value add(Value a, Value b) {
    boolean grows = (a.grown() || b.grown()) && !small(a) && !small(b);
    boolean tame = !a.data() && !b.data() && !large(a) && !large(b) && !grows;
    Value sum = fitted(a, a.low() + b.low(), a.high() + b.high(), tame);
    return sum.withCuts(a.cutBelow() && b.cutBelow(), a.cutAbove() && b.cutAbove());
  }

  private static Value multiply(Value a, Value b) {
    boolean tame = !a.data() && !b.data() && !large(a) && !large(b) && !a.grown() && !b.grown();
    double[] range = corners(a, b, (x, y) -> x * y);
    if (a.slot() >= 0 && a.slot() == b.slot()) {
      range[0] = Math.max(range[0], 0);
    }
    Value product = fitted(a, range, tame);
    return product.withCuts(a.cutBelow() && b.cutBelow(), a.cutAbove() && b.cutAbove());
  }

  private static Value divide(Value a, Value b) {
    if (b.low() <= 0 && b.high() >= 0) {
      // A divisor of 0 has no quotient that matters.
      boolean positive = a.neverNegative() && b.low() == 0;
      if (!a.isInteger()) {
        return fitted(a, positive ? 0 : Value.least(a.kind()), Value.largest(a.kind()), true)
            .withCuts(a.cutBelow() && b.isConstant(), a.cutAbove() && b.isConstant());
      }
      double largest = Math.max(Math.abs(a.low()), Math.abs(a.high()));
      return fitted(a, positive ? 0 : -largest, largest, true);
    }
    double[] range = corners(a, b, (x, y) -> x / y);
    return a.isInteger()
        ? fitted(a, new double[] {truncated(range[0]), truncated(range[1])}, true)
        : fitted(a, range, true).withCuts(a.cutBelow(), a.cutAbove());
  }

  private static double truncated(double value) {
    return value < 0 ? Math.ceil(value) : Math.floor(value);
  }

  private static Value remainder(Value a, Value b) {
    if (!a.isInteger()) {
      return Value.top(a.kind());
    }
    double largest = Math.max(Math.abs(b.low()), Math.abs(b.high())) - 1;
    double high = Math.min(largest, Math.max(a.high(), 0));
    return Value.of(a.kind(), a.neverNegative() ? 0 : Math.max(-largest, a.low()), high);
  }

  private static Value shiftLeft(Value a, Value b) {
    if (!b.isConstant()) {
      return Value.top(a.kind());
    }
    double factor = Math.scalb(1.0, distance(a, b));
    return fitted(a, a.low() * factor, a.high() * factor, false);
  }

  private static Value shiftRight(Value a, Value b) {
    if (!b.isConstant()) {
      return a.neverNegative()
          ? Value.of(a.kind(), 0, a.high())
          : Value.of(a.kind(), a.low(), Math.max(a.high(), 0));
    }
    double factor = Math.scalb(1.0, -distance(a, b));
    return Value.of(a.kind(), Math.floor(a.low() * factor), Math.floor(a.high() * factor));
  }

  private static int distance(Value a, Value b) {
    return (int) b.low() & (a.kind() == TypeKind.LONG ? 63 : 31);
  }

  private static Value and(Value a, Value b) {
    if (a.neverNegative() && b.neverNegative()) {
      return Value.of(a.kind(), 0, Math.min(a.high(), b.high()));
    }
    if (a.neverNegative()) {
      return Value.of(a.kind(), 0, a.high());
    }
    return b.neverNegative() ? Value.of(a.kind(), 0, b.high()) : Value.top(a.kind());
  }

  private static Value or(Value a, Value b) {
    if (!a.neverNegative() || !b.neverNegative()) {
      return Value.top(a.kind());
    }
    double above = 1;
    while (above <= Math.max(a.high(), b.high())) {
      above *= 2;
    }
    return Value.of(a.kind(), 0, Math.min(above - 1, Value.largest(a.kind())));
  }

  static Value convert(Value a, TypeKind to) {
    TypeKind kind = to.asLoadable();
    Value result;
    if (a.isInteger() && (kind == TypeKind.FLOAT || kind == TypeKind.DOUBLE)) {
      result = Value.of(kind, a.low(), a.high());
    } else if (a.isInteger()) {
      Value target = Value.top(to);
      boolean fits = a.low() >= target.low() && a.high() <= target.high();
      result = fits ? Value.of(kind, a.low(), a.high()) : target;
    } else if (kind == TypeKind.INT || kind == TypeKind.LONG) {
      result =
          Value.of(
              kind,
              Math.max(truncated(a.low()), Value.least(kind)),
              Math.min(truncated(a.high()), Value.largest(kind)));
    } else {
      result = Value.of(kind, a.low(), a.high()).withCuts(a.cutBelow(), a.cutAbove());
    }
    boolean same = a.isInteger() && result.isInteger();
    return result
        .withData(a.data())
        .withGrown(a.grown())
        .withOrigin(same ? a.origin() : Value.Origin.OTHER);
  }

  static Value smaller(Value a, Value b) {
    return Value.of(a.kind(), Math.min(a.low(), b.low()), Math.min(a.high(), b.high()))
        .withCuts(boundedBelow(a) && boundedBelow(b), boundedAbove(a) || boundedAbove(b))
        .withData(a.data() || b.data());
  }

  static Value larger(Value a, Value b) {
    return Value.of(a.kind(), Math.max(a.low(), b.low()), Math.max(a.high(), b.high()))
        .withCuts(boundedBelow(a) || boundedBelow(b), boundedAbove(a) && boundedAbove(b))
        .withData(a.data() || b.data());
  }

  static Value absolute(Value a) {
    double largest = Math.max(Math.abs(a.low()), Math.abs(a.high()));
    double least = a.low() > 0 ? a.low() : a.high() < 0 ? -a.high() : 0;
    return Value.of(a.kind(), least, Math.min(largest, Value.largest(a.kind())))
        .withCuts(true, boundedBelow(a) && boundedAbove(a))
        .withData(a.data());
  }

  /** Limits that are no data are taken to be sensible. */
  static boolean boundedBelow(Value a) {
    return a.low() >= Integer.MIN_VALUE || a.cutBelow() || !a.data();
  }

  static boolean boundedAbove(Value a) {
    return a.high() <= Integer.MAX_VALUE || a.cutAbove() || !a.data();
  }

  private interface Operation {
    double of(double x, double y);
  }

  private static double[] corners(Value a, Value b, Operation operation) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double x : new double[] {a.low(), a.high()}) {
      for (double y : new double[] {b.low(), b.high()}) {
        double value = operation.of(x, y);
        // 0 · ∞
        value = Double.isNaN(value) ? 0 : value;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return new double[] {low, high};
  }

  private static Value fitted(Value like, double[] range, boolean tame) {
    return fitted(like, range[0], range[1], tame);
  }

  /**
   * @param tame whether what leaves the type's range is taken not to happen; else it wraps
   */
  private static Value fitted(Value like, double low, double high, boolean tame) {
    TypeKind kind = like.kind();
    if (Double.isNaN(low) || Double.isNaN(high)) {
      return Value.top(kind);
    }
    double least = Value.least(kind);
    double largest = Value.largest(kind);
    if (low >= least && high <= largest) {
      return Value.of(kind, low, high);
    }
    boolean empty = low > largest || high < least;
    return tame && !empty
        ? Value.of(kind, Math.max(low, least), Math.min(high, largest))
        : Value.top(kind);
  }
}
