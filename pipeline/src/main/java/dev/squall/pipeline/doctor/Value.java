package dev.squall.pipeline.doctor;

import java.lang.classfile.TypeKind;
import java.util.Objects;

/**
 * What is known of a number or reference at one point of a method.
 *
 * @param kind INT, LONG, FLOAT, DOUBLE or REFERENCE
 * @param low least value it can have
 * @param high largest value it can have
 * @param data whether it depends on elements of arrays read at an index that varies; sizes and
 *     parameters do not
 * @param grown whether it grows from round to round of a loop without being compared with a bound
 * @param product whether it comes from an int product of data that may have overflowed
 * @param cutBelow whether something clamped it from below
 * @param cutAbove whether something clamped it from above
 * @param origin where it comes from
 * @param slot the local variable whose value it still is, or −1
 * @param source what a reference points to, or a comparison; null if unknown
 * @param fill what a right shift left in its upper bits; null if nothing that matters
 */
record Value(
    TypeKind kind,
    double low,
    double high,
    boolean data,
    boolean grown,
    boolean product,
    boolean cutBelow,
    boolean cutAbove,
    Origin origin,
    int slot,
    Object source,
    Fill fill) {

  /** Where a number comes from, as far as FPGAs care. */
  enum Origin {
    /** An element of an array. */
    ELEMENT,
    /** A scalar parameter of the task, or computed from such alone. */
    PARAMETER,
    /** The length of an array. */
    SIZE,
    /** Computed, or constant (then low equals high). */
    OTHER
  }

  /**
   * What a reference points to.
   *
   * @param type internal name of a new object's class, or empty
   */
  record Source(Kind kind, int number, String type) {
    enum Kind {
      /** The argument in slot {@code number}. */
      PARAMETER,
      /** What instruction {@code number} made. */
      MADE
    }
  }

  /** The outcome of comparing two numbers, as −1, 0 or 1. */
  record Comparison(Value left, Value right) {}

  static Value top(TypeKind kind) {
    TypeKind wide = kind.asLoadable();
    return switch (kind) {
      case BOOLEAN -> of(wide, 0, 1);
      case BYTE -> of(wide, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case SHORT -> of(wide, Short.MIN_VALUE, Short.MAX_VALUE);
      case CHAR -> of(wide, Character.MIN_VALUE, Character.MAX_VALUE);
      default -> of(wide, least(wide), largest(wide));
    };
  }

  static Value of(TypeKind kind, double low, double high) {
    return new Value(
        kind, low, high, false, false, false, false, false, Origin.OTHER, -1, null, null);
  }

  static Value reference(Object source) {
    return top(TypeKind.REFERENCE).withSource(source);
  }

  static double least(TypeKind kind) {
    return switch (kind) {
      case INT -> Integer.MIN_VALUE;
      case LONG -> Long.MIN_VALUE;
      default -> Double.NEGATIVE_INFINITY;
    };
  }

  static double largest(TypeKind kind) {
    return switch (kind) {
      case INT -> Integer.MAX_VALUE;
      case LONG -> Long.MAX_VALUE;
      default -> Double.POSITIVE_INFINITY;
    };
  }

  boolean isConstant() {
    return low == high && kind != TypeKind.REFERENCE;
  }

  /** Whether the compiler knows its value, though the class file does not tell it. */
  boolean isFolded() {
    return origin == Origin.PARAMETER;
  }

  boolean isInteger() {
    return kind == TypeKind.INT || kind == TypeKind.LONG;
  }

  boolean neverNegative() {
    return low >= 0;
  }

  /** Whether nothing narrows it. */
  boolean isWhole() {
    return low <= least(kind) && high >= largest(kind);
  }

  Value withRange(double from, double to) {
    return new Value(
        kind, from, to, data, grown, product, cutBelow, cutAbove, origin, slot, source, fill);
  }

  Value withData(boolean depends) {
    return new Value(
        kind, low, high, depends, grown, product, cutBelow, cutAbove, origin, slot, source, fill);
  }

  Value withGrown(boolean grows) {
    return new Value(
        kind, low, high, data, grows, product, cutBelow, cutAbove, origin, slot, source, fill);
  }

  Value withProduct(boolean overflows) {
    return new Value(
        kind, low, high, data, grown, overflows, cutBelow, cutAbove, origin, slot, source, fill);
  }

  Value withCuts(boolean below, boolean above) {
    return new Value(
        kind, low, high, data, grown, product, below, above, origin, slot, source, fill);
  }

  Value withOrigin(Origin from) {
    return new Value(
        kind, low, high, data, grown, product, cutBelow, cutAbove, from, slot, source, fill);
  }

  Value withSlot(int local) {
    return new Value(
        kind, low, high, data, grown, product, cutBelow, cutAbove, origin, local, source, fill);
  }

  Value withSource(Object what) {
    return new Value(
        kind, low, high, data, grown, product, cutBelow, cutAbove, origin, slot, what, fill);
  }

  Value withFill(Fill what) {
    return new Value(
        kind, low, high, data, grown, product, cutBelow, cutAbove, origin, slot, source, what);
  }

  /** What holds of either; null if they have nothing in common. */
  static Value join(Value a, Value b) {
    if (a == null || b == null || a.kind != b.kind) {
      return null;
    }
    return new Value(
        a.kind,
        Math.min(a.low, b.low),
        Math.max(a.high, b.high),
        a.data || b.data,
        a.grown || b.grown,
        a.product || b.product,
        a.cutBelow && b.cutBelow,
        a.cutAbove && b.cutAbove,
        a.origin == b.origin ? a.origin : Origin.OTHER,
        a.slot == b.slot ? a.slot : -1,
        Objects.equals(a.source, b.source) ? a.source : null,
        Fill.worse(a.fill, b.fill));
  }

  /** {@link #join} at a loop's header, where bounds that moved are given up. */
  static Value widen(Value before, Value now) {
    Value joined = join(before, now);
    if (joined == null || !(joined.low < before.low || joined.high > before.high)) {
      return joined;
    }
    double low = joined.low < before.low ? least(joined.kind) : joined.low;
    double high = joined.high > before.high ? largest(joined.kind) : joined.high;
    return joined.withRange(low, high).withGrown(true);
  }
}
