package dev.squall.pipeline.doctor;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;

/**
 * What a signed right shift put into the upper bits of a number: copies of the sign by Java, zeros
 * by a back end that shifts logically. The lower bits are the same either way, and a mask or a
 * shift to the left may leave those alone.
 *
 * @param sure how many of the lowest bits are sure
 * @param shift the instruction that shifted
 */
record Fill(int sure, int shift) {
  private static final double EMPTY_SIZE_LESS_ONE = -1;

  /** The fill of an operator's result, null if every bit is sure or nothing carries it on. */
  static Fill of(Opcode opcode, Value a, Value b, int at) {
    return switch (opcode) {
      case ISHR, LSHR -> shiftedRight(a, b, at);
      case ISHL, LSHL -> shiftedLeft(a, b);
      case IAND, LAND -> masks(a, b) || masks(b, a) ? null : worse(a.fill(), b.fill());
      case IADD, LADD, ISUB, LSUB, IMUL, LMUL, IOR, LOR, IXOR, LXOR -> worse(a.fill(), b.fill());
      default -> null;
    };
  }

  private static Fill shiftedRight(Value a, Value distance, int at) {
    int width = width(a.kind());
    boolean known = distance.low() >= 0 && distance.high() < width;
    // A distance that sizes make is taken to leave what a mask keeps.
    int unknown = distance.data() ? width - 1 : 1;
    int furthest = known ? (int) distance.high() : unknown;
    Fill own = furthest > 0 && mayBeNegative(a) ? new Fill(width - furthest, at) : null;
    Fill before = a.fill() == null ? null : a.fill().withSure(a.fill().sure - furthest);
    return worse(before, own);
  }

  private static Fill shiftedLeft(Value a, Value distance) {
    if (a.fill() == null) {
      return null;
    }
    int width = width(a.kind());
    boolean known = distance.low() >= 0 && distance.high() < width;
    int sure = a.fill().sure + (known ? (int) distance.low() : 0);
    return sure >= width ? null : a.fill().withSure(sure);
  }

  /** Whether a mask keeps none of the bits that are not sure. */
  private static boolean masks(Value filled, Value mask) {
    return filled.fill() == null
        ? mask.fill() == null
        : mask.fill() == null
            && mask.neverNegative()
            && mask.high() < Math.scalb(1.0, filled.fill().sure);
  }

  /**
   * Sizes, and what is computed from sizes of unknown range, are taken to be no negative numbers.
   */
  private static boolean mayBeNegative(Value value) {
    boolean knownToBe =
        value.low() < EMPTY_SIZE_LESS_ONE && value.low() > Value.least(value.kind()) / 2;
    return !value.neverNegative() && !value.isFolded() && (value.data() || knownToBe);
  }

  /** The fill of a number that becomes one of another type. */
  static Fill converted(Value value, TypeKind to) {
    int kept =
        switch (to) {
          case BYTE -> 8;
          case SHORT, CHAR -> 16;
          case INT -> 32;
          case LONG -> 64;
          default -> 0;
        };
    return value.fill() == null || value.fill().sure >= kept ? null : value.fill();
  }

  static Fill worse(Fill a, Fill b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.sure < b.sure || a.sure == b.sure && a.shift <= b.shift ? a : b;
  }

  private static int width(TypeKind kind) {
    return kind == TypeKind.LONG ? Long.SIZE : Integer.SIZE;
  }

  private Fill withSure(int bits) {
    return new Fill(Math.max(bits, 0), shift);
  }
}
