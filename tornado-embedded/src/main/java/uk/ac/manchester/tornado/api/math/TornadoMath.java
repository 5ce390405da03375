package uk.ac.manchester.tornado.api.math;

import java.util.Arrays;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.vectors.Float16;
import uk.ac.manchester.tornado.api.types.vectors.Float2;
import uk.ac.manchester.tornado.api.types.vectors.Float4;
import uk.ac.manchester.tornado.api.types.vectors.Float8;

/**
 * Mathematical functions that every device has. Single-precision versions round the result of the
 * double-precision function; devices may be a few units in the last place away.
 */
public class TornadoMath {

  public static int min(int a, int b) {
    return Math.min(a, b);
  }

  public static long min(long a, long b) {
    return Math.min(a, b);
  }

  public static float min(float a, float b) {
    return Math.min(a, b);
  }

  public static double min(double a, double b) {
    return Math.min(a, b);
  }

  public static short min(short a, short b) {
    return (short) Math.min(a, b);
  }

  public static byte min(byte a, byte b) {
    return (byte) Math.min(a, b);
  }

  public static HalfFloat min(HalfFloat a, HalfFloat b) {
    return new HalfFloat(Math.min(a.getFloat32(), b.getFloat32()));
  }

  public static int max(int a, int b) {
    return Math.max(a, b);
  }

  public static long max(long a, long b) {
    return Math.max(a, b);
  }

  public static float max(float a, float b) {
    return Math.max(a, b);
  }

  public static double max(double a, double b) {
    return Math.max(a, b);
  }

  public static short max(short a, short b) {
    return (short) Math.max(a, b);
  }

  public static byte max(byte a, byte b) {
    return (byte) Math.max(a, b);
  }

  public static HalfFloat max(HalfFloat a, HalfFloat b) {
    return new HalfFloat(Math.max(a.getFloat32(), b.getFloat32()));
  }

  public static int abs(int a) {
    return Math.abs(a);
  }

  public static long abs(long a) {
    return Math.abs(a);
  }

  public static float abs(float a) {
    return Math.abs(a);
  }

  public static double abs(double a) {
    return Math.abs(a);
  }

  public static short abs(short a) {
    return (short) Math.abs(a);
  }

  public static byte abs(byte a) {
    return (byte) Math.abs(a);
  }

  /** Returns the value moved into [min, max]. */
  public static int clamp(int value, int min, int max) {
    return max(min, min(max, value));
  }

  public static long clamp(long value, long min, long max) {
    return max(min, min(max, value));
  }

  public static short clamp(short value, short min, short max) {
    return max(min, min(max, value));
  }

  public static byte clamp(byte value, byte min, byte max) {
    return max(min, min(max, value));
  }

  public static float clamp(float value, float min, float max) {
    return max(min, min(max, value));
  }

  public static double clamp(double value, double min, double max) {
    return max(min, min(max, value));
  }

  public static float exp(float a) {
    return (float) Math.exp(a);
  }

  public static double exp(double a) {
    return Math.exp(a);
  }

  public static float sqrt(float a) {
    return (float) Math.sqrt(a);
  }

  public static double sqrt(double a) {
    return Math.sqrt(a);
  }

  public static float log(float a) {
    return (float) Math.log(a);
  }

  public static double log(double a) {
    return Math.log(a);
  }

  public static float sin(float a) {
    return (float) Math.sin(a);
  }

  public static double sin(double a) {
    return Math.sin(a);
  }

  public static float cos(float a) {
    return (float) Math.cos(a);
  }

  public static double cos(double a) {
    return Math.cos(a);
  }

  public static float tan(float a) {
    return (float) Math.tan(a);
  }

  public static double tan(double a) {
    return Math.tan(a);
  }

  public static float asin(float a) {
    return (float) Math.asin(a);
  }

  public static double asin(double a) {
    return Math.asin(a);
  }

  public static float acos(float a) {
    return (float) Math.acos(a);
  }

  public static double acos(double a) {
    return Math.acos(a);
  }

  public static float atan(float a) {
    return (float) Math.atan(a);
  }

  public static double atan(double a) {
    return Math.atan(a);
  }

  public static float tanh(float a) {
    return (float) Math.tanh(a);
  }

  public static double tanh(double a) {
    return Math.tanh(a);
  }

  public static float floor(float a) {
    return (float) Math.floor(a);
  }

  public static double floor(double a) {
    return Math.floor(a);
  }

  public static float ceil(float a) {
    return (float) Math.ceil(a);
  }

  public static double ceil(double a) {
    return Math.ceil(a);
  }

  public static float signum(float a) {
    return Math.signum(a);
  }

  public static double signum(double a) {
    return Math.signum(a);
  }

  public static float toRadians(float degrees) {
    return (float) Math.toRadians(degrees);
  }

  public static double toRadians(double degrees) {
    return Math.toRadians(degrees);
  }

  /** Returns the part after the point: {@code a - floor(a)}, in [0, 1). */
  public static float fract(float a) {
    return a - floor(a);
  }

  /** Returns the part after the point: {@code a - floor(a)}, in [0, 1). */
  public static double fract(double a) {
    return a - floor(a);
  }

  public static float log2(float a) {
    return (float) log2((double) a);
  }

  public static double log2(double a) {
    return Math.log(a) / Math.log(2);
  }

  public static float asinh(float a) {
    return (float) asinh((double) a);
  }

  public static double asinh(double a) {
    return Math.log(a + Math.sqrt(a * a + 1));
  }

  public static float acosh(float a) {
    return (float) acosh((double) a);
  }

  public static double acosh(double a) {
    return Math.log(a + Math.sqrt(a * a - 1));
  }

  public static float pow(float a, float b) {
    return (float) Math.pow(a, b);
  }

  public static double pow(double a, double b) {
    return Math.pow(a, b);
  }

  public static float atan2(float y, float x) {
    return (float) Math.atan2(y, x);
  }

  public static double atan2(double y, double x) {
    return Math.atan2(y, x);
  }

  /** Returns sin(π a). */
  public static float sinpi(float a) {
    return (float) sinpi((double) a);
  }

  /** Returns sin(π a). */
  public static double sinpi(double a) {
    return Math.sin(Math.PI * a);
  }

  /** Returns cos(π a). */
  public static float cospi(float a) {
    return (float) cospi((double) a);
  }

  /** Returns cos(π a). */
  public static double cospi(double a) {
    return Math.cos(Math.PI * a);
  }

  public static float floatPI() {
    return (float) Math.PI;
  }

  public static double PI() {
    return Math.PI;
  }

  /** Whether sizes and all bits are equal. */
  public static boolean isEqual(FloatArray a, FloatArray b) {
    return a.getSegment().mismatch(b.getSegment()) == -1;
  }

  /** Whether sizes and all bits are equal. */
  public static boolean isEqual(DoubleArray a, DoubleArray b) {
    return a.getSegment().mismatch(b.getSegment()) == -1;
  }

  /** Whether sizes and all bits are equal. */
  public static boolean isEqual(IntArray a, IntArray b) {
    return a.getSegment().mismatch(b.getSegment()) == -1;
  }

  /** Whether sizes and all bits are equal. */
  public static boolean isEqual(HalfFloatArray a, HalfFloatArray b) {
    return a.getSegment().mismatch(b.getSegment()) == -1;
  }

  /** Whether lengths and all elements are equal. */
  public static boolean isEqual(byte[] a, byte[] b) {
    return Arrays.equals(a, b);
  }

  /** Whether lengths and all elements are equal. */
  public static boolean isEqual(short[] a, short[] b) {
    return Arrays.equals(a, b);
  }

  /** Whether lengths and all elements are equal. */
  public static boolean isEqual(int[] a, int[] b) {
    return Arrays.equals(a, b);
  }

  /** Whether lengths and all elements are equal; every NaN equals every NaN. */
  public static boolean isEqual(float[] a, float[] b) {
    return Arrays.equals(a, b);
  }

  /** Whether lengths and all elements are equal; every NaN equals every NaN. */
  public static boolean isEqual(double[] a, double[] b) {
    return Arrays.equals(a, b);
  }

  public static Float2 sin(Float2 a) {
    Float2 result = new Float2();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, sin(a.get(i)));
    }
    return result;
  }

  public static Float2 cos(Float2 a) {
    Float2 result = new Float2();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, cos(a.get(i)));
    }
    return result;
  }

  public static Float4 sin(Float4 a) {
    Float4 result = new Float4();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, sin(a.get(i)));
    }
    return result;
  }

  public static Float4 cos(Float4 a) {
    Float4 result = new Float4();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, cos(a.get(i)));
    }
    return result;
  }

  public static Float8 sin(Float8 a) {
    Float8 result = new Float8();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, sin(a.get(i)));
    }
    return result;
  }

  public static Float8 cos(Float8 a) {
    Float8 result = new Float8();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, cos(a.get(i)));
    }
    return result;
  }

  public static Float16 sin(Float16 a) {
    Float16 result = new Float16();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, sin(a.get(i)));
    }
    return result;
  }

  public static Float16 cos(Float16 a) {
    Float16 result = new Float16();
    for (int i = 0; i < a.size(); i++) {
      result.set(i, cos(a.get(i)));
    }
    return result;
  }

  /**
   * Returns the greatest distance between elements, in units in the last place of the expected one.
   */
  public static float findULPDistance(float[] values, float[] expected) {
    float distance = 0;
    for (int i = 0; i < values.length; i++) {
      distance = Math.max(distance, unitsInLastPlace(values[i], expected[i]));
    }
    return distance;
  }

  /**
   * Returns the greatest distance between elements, in units in the last place of the expected one.
   */
  public static float findULPDistance(FloatArray values, FloatArray expected) {
    return findULPDistance(values.toHeapArray(), expected.toHeapArray());
  }

  private static float unitsInLastPlace(float value, float expected) {
    return value == expected ? 0 : Math.abs(value - expected) / Math.ulp(expected);
  }

  /**
   * Returns the greatest distance between elements, in units in the last place of the expected one.
   */
  public static double findULPDistance(double[] values, double[] expected) {
    double distance = 0;
    for (int i = 0; i < values.length; i++) {
      distance = Math.max(distance, unitsInLastPlace(values[i], expected[i]));
    }
    return distance;
  }

  /**
   * Returns the greatest distance between elements, in units in the last place of the expected one.
   */
  public static double findULPDistance(DoubleArray values, DoubleArray expected) {
    return findULPDistance(values.toHeapArray(), expected.toHeapArray());
  }

  /** Whether every element is equal or less than {@code units} units in the last place away. */
  public static boolean isEqualULP(double[] values, double[] expected, double units) {
    for (int i = 0; i < values.length; i++) {
      double distance = unitsInLastPlace(values[i], expected[i]);
      if (!(distance == 0 || distance < units)) {
        return false;
      }
    }
    return true;
  }

  private static double unitsInLastPlace(double value, double expected) {
    return value == expected ? 0 : Math.abs(value - expected) / Math.ulp(expected);
  }

  /** Whether every element is at most {@code tolerance} away. */
  public static boolean isEqualTol(float[] a, float[] b, float tolerance) {
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= tolerance)) {
        return false;
      }
    }
    return true;
  }
}
