package dev.squall.pipeline.doctor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat8;

/**
 * A kernel for each construct that TornadoVM does not compile to what it says. Never run; {@link
 * GoodKernels} has the nearest forms that are right.
 */
final class BadKernels {
  private static final int EIGHT = 8;
  private static final int[] TABLE = {1, 2, 3, 4};

  enum Colour {
    RED,
    GREEN,
    BLUE
  }

  private BadKernels() {}

  // Arithmetic.

  @Finds(Rule.UNSIGNED_SHIFT)
  static void hash(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) >>> 16);
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void hashOfLongs(LongArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) ^ (in.get(i) >>> 33));
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void xorshift(IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = i + 1;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      out.set(i, x);
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void congruential(IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int state = i * 1664525 + 1013904223;
      out.set(i, state >>> 8);
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void polynomialHash(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int h = 7;
      for (int j = 0; j < dims.get(1); j++) {
        h = h * 31 + j;
      }
      out.set(i, h >>> 16);
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void countBits(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int count = 0;
      while ((x >>>= 1) != 0) {
        count++;
      }
      out.set(i, count);
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void rotate(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.rotateLeft(in.get(i), 7));
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void hashByHelper(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Helpers.mix(in.get(i)));
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void quarters(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) >> 2);
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void shiftsByData(LongArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      long shifted = in.get(i) >> (in.get(i) & 31);
      shifted += 3;
      out.set(i, shifted);
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void signsOfNibbles(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int p = in.get(i);
      int sum = 0;
      for (int j = 0; j < 8; j++) {
        sum += (p << (28 - 4 * j)) >> 28;
      }
      out.set(i, sum);
    }
  }

  /** The mask is wider than what the shift leaves. */
  @Finds(Rule.SIGNED_SHIFT)
  static void correctedDivision(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      out.set(i, x + ((x >> 31) & 7));
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void shiftsOfNegativeIndices(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      out.set(i, (i - 100) >> 2);
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void comparesWhatWasShifted(IntArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i) >> 5;
      out.set(i, x < 3 ? 1f : 0f);
    }
  }

  @Finds(Rule.SIGNED_SHIFT)
  static void shiftsBytes(ByteArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) >> 4);
    }
  }

  @Finds(Rule.POWER_OF_TWO_DIVISION)
  static void halves(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) / 2);
    }
  }

  @Finds(Rule.POWER_OF_TWO_DIVISION)
  static void eighthsOfLongs(LongArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) / EIGHT);
    }
  }

  @Finds(Rule.POWER_OF_TWO_DIVISION)
  static void centred(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      out.set(i, (i - 100) / 4);
    }
  }

  @Finds(Rule.POWER_OF_TWO_DIVISION)
  static void floorHalves(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.floorDiv(in.get(i), 4));
    }
  }

  @Finds(Rule.UNSIGNED_COMPARE)
  static void unsignedOrder(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.compareUnsigned(in.get(i), 5));
    }
  }

  @Finds(Rule.UNSIGNED_COMPARE)
  static void unsignedQuotient(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.divideUnsigned(in.get(i), 5));
    }
  }

  @Finds({Rule.OVERFLOW, Rule.SIGNED_SHIFT})
  static void fixedPointSquare(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int a = in.get(i);
      out.set(i, (a * a) >> 20);
    }
  }

  @Finds(Rule.OVERFLOW)
  static void comparedProduct(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int product = in.get(i) * in.get(i);
      out.set(i, product > 0 ? 1 : 0);
    }
  }

  @Finds(Rule.OVERFLOW)
  static void widenedProduct(IntArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) * in.get(i));
    }
  }

  @Finds(Rule.UNCLAMPED_CAST)
  static void saturating(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, (int) (in.get(i) * 3e18f));
    }
  }

  @Finds(Rule.UNCLAMPED_CAST)
  static void clampedAboveAlone(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, (int) TornadoMath.min(in.get(i), 127f));
    }
  }

  @Finds(Rule.NAN_TEST)
  static void isNotANumber(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Float.isNaN(in.get(i)) ? 1 : 0);
    }
  }

  @Finds(Rule.NAN_TEST)
  static void differsFromItself(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      float x = in.get(i);
      int flag = 0;
      if (x != x) {
        flag = 1;
      }
      out.set(i, flag);
    }
  }

  @Finds(Rule.NAN_TEST)
  static void markedWithNan(FloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      float x = in.get(i);
      out.set(i, x < 0f ? Float.NaN : x);
    }
  }

  // Control flow.

  @Finds(Rule.SHARED_SWITCH_ARM)
  static void sharedArm(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int y =
          switch (in.get(i)) {
            case 1, 2 -> 10;
            case 3 -> 20;
            default -> 30;
          };
      out.set(i, y);
    }
  }

  @Finds(Rule.SHARED_SWITCH_ARM)
  static void sharedArmOldStyle(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int y = 0;
      switch (in.get(i)) {
        case 100:
        case 2000:
          y = 1;
          break;
        case 7:
          y = 2;
          break;
        default:
          y = 3;
      }
      out.set(i, y);
    }
  }

  @Finds(Rule.SINGLE_CASE_SWITCH)
  static void singleCase(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int y =
          switch (in.get(i)) {
            case 1 -> 10;
            default -> 30;
          };
      out.set(i, y);
    }
  }

  @Finds(Rule.ENUM_SWITCH)
  static void overEnum(IntArray out, Colour colour) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int y =
          switch (colour) {
            case RED -> 1;
            case GREEN -> 2;
            case BLUE -> 3;
          };
      out.set(i, y);
    }
  }

  @Finds(Rule.ENUM_SWITCH)
  static void overForeignEnum(IntArray out, Consequence consequence) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int y = 0;
      switch (consequence) {
        case HANG -> y = 1;
        case CRASH -> y = 2;
        default -> y = 3;
      }
      out.set(i, y);
    }
  }

  @Finds(Rule.ENUM_SWITCH)
  static void overTypes(IntArray out, Object any) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int y =
          switch (any) {
            case Integer number -> number;
            case Long number -> 2;
            default -> 3;
          };
      out.set(i, y);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void correlated(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r = 0;
      if ((x > 0 && y > 0) || (x < -5 && y < -5)) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void correlatedChoice(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      out.set(i, (x > 0 || y > 0) && (x < 9 || y < 9) ? 1 : 0);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void orAfterAnd(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int r = 0;
      if (x > 0 && x < 10 || x == 50) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void nestedIfs(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r = 0;
      if (x > 0) {
        if (y > 0) {
          r = 1;
        }
      }
      if (x < -5) {
        if (y < -5) {
          r = 1;
        }
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void sameValueTwice(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r = 0;
      if (x > 0 && y > 0) {
        r = 1;
      }
      if (x < -5 || y < -5) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void elseIfToTheSame(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r;
      if (x > 0 && y > 0) {
        r = 1;
      } else if (x < -5 && y < -5) {
        r = 1;
      } else {
        r = 3;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void booleanOfAnd(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      boolean both = x > 0 && in.get(2 * i + 1) > 0;
      int r = 0;
      if (both || x == -7) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.MIXED_CONDITION)
  static void flagOfAnd(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int both = 0;
      if (x > 0 && in.get(2 * i + 1) > 0) {
        both = 1;
      }
      int r = 0;
      if (both == 1 || x == -7) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.RANGE_TEST)
  static void inRange(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int r = 0;
      if (x > 0 && x < 50) {
        r = 1;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.RANGE_TEST)
  static void outOfRange(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int r;
      if (x == 7) {
        r = 3;
      } else if (x > 100 || x < -100) {
        r = 1;
      } else {
        r = 9;
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.RANGE_TEST)
  static void inRangeByNestedIfs(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int r = 0;
      if (x > 0) {
        if (x < 50) {
          r = 1;
        }
      }
      out.set(i, r);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void labelledBreak(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int found = -1;
      search:
      for (int j = 0; j < dims.get(1); j++) {
        for (int k = 0; k < dims.get(2); k++) {
          if (in.get(j + k) == i) {
            found = j;
            break search;
          }
        }
      }
      out.set(i, found);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void search(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int found = -1;
      for (int j = 0; j < dims.get(1); j++) {
        if (in.get(j) == i) {
          found = j;
          break;
        }
      }
      out.set(i, found);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void labelledContinue(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int count = 0;
      rows:
      for (int j = 0; j < dims.get(1); j++) {
        for (int k = 0; k < dims.get(2); k++) {
          if (in.get(j + k) < 0) {
            continue rows;
          }
        }
        count++;
      }
      out.set(i, count);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void twoBreaks(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = i;
      for (int j = 0; j < dims.get(1); j++) {
        sum += in.get(j);
        if (sum > 100) {
          break;
        }
        sum += j;
        if (sum == 7) {
          break;
        }
        sum ^= 3;
      }
      out.set(i, sum);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void endlessWithTwoBreaks(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int n = i;
      while (true) {
        n += 3;
        if (n > 200) {
          break;
        }
        n += in.get(i) & 7;
        if ((n & 31) == 3) {
          break;
        }
      }
      out.set(i, n);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void flagAndBreak(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = 0;
      int done = 0;
      for (int j = 0; j < dims.get(1) && done == 0; j++) {
        sum += in.get(j);
        if (sum > 100) {
          break;
        }
        if (in.get(j) < 0) {
          done = 1;
        }
      }
      out.set(i, sum);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void flagOutsideAndBreakInside(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int found = 0;
      for (int j = 0; j < dims.get(1) && found == 0; j++) {
        for (int k = 0; k < dims.get(2); k++) {
          if (in.get(j + k) == i) {
            found = 1;
            break;
          }
        }
      }
      out.set(i, found);
    }
  }

  @Finds(Rule.LOOP_EXITS)
  static void returnOutOfTwoLoops(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      out.set(i, Helpers.position(in, dims, i));
    }
  }

  @Finds(Rule.EXCEPTION_HANDLER)
  static void caught(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int y = 0;
      try {
        y = 100 / in.get(i);
      } catch (ArithmeticException e) {
        y = -1;
      }
      out.set(i, y);
    }
  }

  @Finds(Rule.RECURSION)
  static void recursive(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Helpers.factorial(in.get(i)));
    }
  }

  @Finds(Rule.RECURSION)
  static void recursiveByTwo(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Helpers.even(in.get(i)));
    }
  }

  // Arrays and memory.

  @Finds(Rule.UNWRITTEN_ARRAY)
  static void histogram(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int[] counts = new int[16];
      for (int j = 0; j < dims.get(1); j++) {
        counts[in.get(j) & 15] += 1;
      }
      out.set(i, counts[0]);
    }
  }

  @Finds(Rule.UNWRITTEN_ARRAY)
  static void unwrittenLocalMemory(KernelContext context, FloatArray in, FloatArray out) {
    float[] tile = context.allocateFloatLocalArray(64);
    int item = context.localIdx;
    out.set(context.globalIdx, tile[item] + in.get(context.globalIdx));
  }

  @Finds(Rule.LOCAL_ARRAY_ARGUMENT)
  static void localMemoryHandedOn(KernelContext context, FloatArray in, FloatArray out) {
    float[] tile = context.allocateFloatLocalArray(64);
    int item = context.localIdx;
    tile[item] = in.get(context.globalIdx);
    context.localBarrier();
    out.set(context.globalIdx, Helpers.element(tile, 63 - item));
  }

  @Finds(Rule.PARTIAL_OUTPUT)
  static void writtenIfPositive(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      if (in.get(i) > 0) {
        out.set(i, 1);
      }
    }
  }

  @Finds(Rule.PARTIAL_OUTPUT)
  static void writtenIfPositiveByItem(KernelContext context, IntArray in, IntArray out) {
    int i = context.globalIdx;
    if (i < in.getSize()) {
      if (in.get(i) > 0) {
        out.set(i, 1);
      }
    }
  }

  @Finds(Rule.PARTIAL_OUTPUT)
  static void fromTheSecond(IntArray in, IntArray out) {
    for (@Parallel int i = 1; i < in.getSize(); i++) {
      out.set(i, in.get(i) - in.get(i - 1));
    }
  }

  @Finds(Rule.PARTIAL_OUTPUT)
  static void everyOther(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i += 2) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.STATIC_ARRAY)
  static void table(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, TABLE[in.get(i) & 3]);
    }
  }

  @Finds(Rule.LOCAL_ARRAY_SIZE)
  static void sizedByData(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int[] local = new int[dims.get(1)];
      local[0] = i;
      out.set(i, local[0]);
    }
  }

  @Finds(Rule.LOCAL_ARRAY_SIZE)
  static void localMatrix(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int[][] local = new int[4][4];
      local[0][0] = i;
      out.set(i, local[0][0]);
    }
  }

  @Finds(Rule.LOCAL_ARRAY_SIZE)
  static void localMemorySizedByData(KernelContext context, FloatArray out, IntArray dims) {
    float[] tile = context.allocateFloatLocalArray(dims.get(0));
    tile[context.localIdx] = 1f;
    out.set(context.globalIdx, tile[context.localIdx]);
  }

  // Parallel loops.

  @Finds({Rule.DESCENDING_PARALLEL, Rule.PARALLEL_FORM})
  static void descending(IntArray in, IntArray out) {
    for (@Parallel int i = in.getSize() - 1; i >= 0; i--) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.DESCENDING_PARALLEL)
  static void descendingFromConstant(IntArray in, IntArray out) {
    for (@Parallel int i = 1023; i >= 0; i--) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.PARALLEL_FORM)
  static void startFromData(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = dims.get(1); i < dims.get(0); i++) {
      out.set(i - dims.get(1), in.get(i));
    }
  }

  @Finds(Rule.PARALLEL_FORM)
  static void stepFromData(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i += dims.get(1)) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.STEPPED_PARALLEL)
  static void everyOtherUpToData(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i += 2) {
      out.set(i, in.get(i));
      out.set(i + 1, -in.get(i));
    }
  }

  @Finds(Rule.PARALLEL_FORM)
  static void unequal(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i != dims.get(0); i++) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.DEPENDENT_PARALLEL)
  static void twoSteps(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      out.set(i, in.get(i) + 1);
    }
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      in.set(i, out.get(dims.get(0) - 1 - i));
    }
  }

  @Finds(Rule.PARALLEL_DEPTH)
  static void fourDeep(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      for (@Parallel int j = 0; j < dims.get(1); j++) {
        for (@Parallel int k = 0; k < dims.get(2); k++) {
          for (@Parallel int l = 0; l < dims.get(3); l++) {
            int at = ((i * dims.get(1) + j) * dims.get(2) + k) * dims.get(3) + l;
            out.set(at, in.get(at));
          }
        }
      }
    }
  }

  // Calls.

  @Finds(Rule.FORBIDDEN_CALL)
  static void absolute(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.abs(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void rounded(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.round(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void highProduct(LongArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.multiplyHigh(in.get(i), 3L));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void floored(DoubleArray in, DoubleArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.floor(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void leadingZeros(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.numberOfLeadingZeros(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void reversed(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.reverseBytes(in.get(i)) + Integer.compare(in.get(i), 3));
    }
  }

  @Finds(Rule.UNSIGNED_SHIFT)
  static void sign(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Integer.signum(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void trailingZeros(LongArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Long.numberOfTrailingZeros(in.get(i)));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void fused(FloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Math.fma(in.get(i), 2f, 1f));
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void clock(LongArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      out.set(i, System.nanoTime());
    }
  }

  @Finds(Rule.FORBIDDEN_CALL)
  static void printed(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      System.out.println(i);
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.BIT_CAST)
  static void bitsOfFloat(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int bits = Float.floatToRawIntBits(in.get(i));
      out.set(i, bits & 0x7FFFFF);
    }
  }

  @Finds(Rule.BIT_CAST)
  static void floatOfBits(IntArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Float.intBitsToFloat(in.get(i)));
    }
  }

  @Finds(Rule.ATOMIC)
  static void atomicSum(KernelContext context, IntArray in, IntArray sum) {
    context.atomicAdd(sum, 0, in.get(context.globalIdx));
  }

  @Finds(Rule.ATOMIC)
  static void atomicSumOfLongs(KernelContext context, LongArray in, LongArray sum) {
    context.atomicAdd(sum, 0, in.get(context.globalIdx));
  }

  @Finds(Rule.FLOAT_ATOMIC)
  static void atomicSumOfFloats(KernelContext context, FloatArray in, FloatArray sum) {
    context.atomicAdd(sum, 0, in.get(context.globalIdx));
  }

  @Finds(Rule.FLOAT_ATOMIC)
  static void atomicSumOfDoubles(KernelContext context, DoubleArray in, DoubleArray sum) {
    context.atomicAdd(sum, 0, in.get(context.globalIdx));
  }

  @Finds(Rule.ATOMIC_INTEGER)
  static void counter(IntArray out, AtomicInteger count) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      out.set(i, count.incrementAndGet());
    }
  }

  @Finds(Rule.MISSING_MATHEMATICS)
  static void angle(FloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, TornadoMath.atan2(in.get(i), 2f));
    }
  }

  // Types and declarations.

  @Finds({Rule.THROW, Rule.OBJECT})
  static void thrown(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      if (in.get(i) < 0) {
        throw new IllegalStateException();
      }
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.LAMBDA)
  static void lambda(IntArray in, IntArray out) {
    IntUnaryOperator twice = x -> 2 * x;
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, twice.applyAsInt(in.get(i)));
    }
  }

  @Finds(Rule.STRING)
  static void string(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      String text = "n" + in.get(i);
      out.set(i, text.length());
    }
  }

  @Finds(Rule.SYNCHRONIZED)
  static void locked(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      synchronized (in) {
        out.set(i, in.get(i));
      }
    }
  }

  @Finds(Rule.SYNCHRONIZED)
  static synchronized void lockedWhole(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.OBJECT)
  static void object(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      Object lock = new Object();
      out.set(i, lock == null ? 0 : in.get(i));
    }
  }

  @Finds(Rule.OBJECT)
  static void arrayInside(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      IntArray local = new IntArray(4);
      local.set(0, in.get(i));
      out.set(i, local.get(0));
    }
  }

  @Finds(Rule.RESERVED_NAME)
  static void kernel(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.RESERVED_NAME)
  static void half(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.RESERVED_NAME)
  static void bool(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i));
    }
  }

  @Finds(Rule.BOOLEAN_PARAMETER)
  static void flagged(IntArray in, IntArray out, boolean flag) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, flag ? in.get(i) : 0);
    }
  }

  @Finds(Rule.NESTED_ARRAY_PARAMETER)
  static void matrix(int[][] in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      out.set(i, in[i][0]);
    }
  }

  @Finds(Rule.HALF_FLOAT)
  static void halfPrecision(HalfFloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i).getFloat32());
    }
  }

  @Finds(Rule.WIDE_VECTOR)
  static void wide(VectorFloat8 in, VectorFloat8 out) {
    for (@Parallel int i = 0; i < in.getLength(); i++) {
      out.set(i, in.get(i));
    }
  }
}
