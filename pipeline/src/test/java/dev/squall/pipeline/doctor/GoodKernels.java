package dev.squall.pipeline.doctor;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.vectors.Float4;

/**
 * What was seen to be right on every back end, above all the nearest relatives of {@link
 * BadKernels}: the doctor must find nothing here.
 */
final class GoodKernels {
  private static final int MASK = 0xFF;

  interface Scale {
    int of(int x);
  }

  record Twice() implements Scale {
    @Override
    public int of(int x) {
      return 2 * x;
    }
  }

  enum Colour {
    RED,
    GREEN
  }

  private static final Scale SCALE = new Twice();

  private GoodKernels() {}

  // Arithmetic.

  static void ordinaryArithmetic(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int y = x + 3 - (x * 5) + (x & 7) + (x | 8) + (x ^ 9) + (~x) + (x << 3);
      out.set(i, y << (y & 31));
    }
  }

  static void divisions(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      out.set(i, x / dims.get(0) + x % dims.get(1) + x / 3 + x / 10 + x % 10 + x % 8);
    }
  }

  static void divisionsOfIndices(KernelContext context, IntArray out, IntArray dims) {
    int item = context.localIdx;
    int row = item / 16;
    int lane = item % 16;
    for (int k = context.globalIdx; k < dims.get(0); k += 128) {
      out.set(k, row / 2 + lane / 4 + k / 64 + (k >>> 3) + (context.groupIdx * 64 + item) / 32);
    }
  }

  static void divisionsOfMasked(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int byteOfIt = in.get(i) & MASK;
      out.set(i, byteOfIt / 2 + (byteOfIt >>> 4) + in.getSize() / 2 + i / 8);
    }
  }

  static void divisionAfterTest(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int y = 0;
      if (x >= 0) {
        y = x / 16;
      }
      out.set(i, y + TornadoMath.max(x, 0) / 4);
    }
  }

  static void divisionOfScalar(FloatArray in, FloatArray out, int width) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      float sum = 0f;
      for (int j = -width / 2; j <= width / 2; j++) {
        sum += in.get(i) * j;
      }
      out.set(i, sum);
    }
  }

  static void divisionInHelper(IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      out.set(i, Helpers.quarter(i) + Helpers.largest(i, 3) / 2);
    }
  }

  static void divisionByElement(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) / dims.get(0));
    }
  }

  static void maskedShift(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, (in.get(i) >> 16) & 0xFFFF);
    }
  }

  /** What the shifts fill in is masked out, shifted out or converted away. */
  static void shiftsOfData(IntArray in, LongArray longs, IntArray out, ByteArray bytes) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int mixed = (x >> 8) ^ (x >> 11) ^ (x >> 3);
      long wide = longs.get(i) >> 7;
      int high = x >> 4;
      int counter = x >> 2;
      counter++;
      out.set(i, (mixed & 0xFFFF) + (int) wide + (high << 4) + (0xFF & (counter * 3 - high)));
      bytes.set(i, (byte) (x >> 24));
    }
  }

  static void shiftsOfSizes(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int last = in.getSize() - 1;
      int rest = dims.get(0) - i * dims.get(1);
      int x = in.get(i);
      int y = 0;
      if (x >= 0) {
        y = x >> 3;
      }
      out.set(
          i,
          y
              + (i >> 4)
              + (last >> 1)
              + (rest >> 2)
              + (dims.get(2) - 1 >> 1)
              + (dims.get(2) + 15 >> 4));
    }
  }

  static void nibbles(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int p = in.get(i);
      int sum = 0;
      for (int j = 0; j < 8; j++) {
        sum += (((p >> (4 * j)) & 0xF) ^ 8) - 8;
      }
      out.set(i, sum);
    }
  }

  static void longProducts(IntArray in, LongArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      long x = in.get(i);
      out.set(i, (x * x) >> 20);
    }
  }

  static void indexProducts(IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int rows = TornadoMath.min(dims.get(1), dims.get(2) - i * dims.get(1));
      int half = rows * (rows + 1) >> 1;
      out.set(i, i * dims.get(1) < dims.get(2) ? half : 0);
    }
  }

  static void byteProducts(ByteArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int product = in.get(i) * in.get(i + 1);
      out.set(i, product > 100 ? product >> 4 : product);
    }
  }

  static void clampedCasts(FloatArray in, IntArray out, FloatArray scalars) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      float x = in.get(i);
      int a = (int) TornadoMath.max(-128f, TornadoMath.min(x, 127f));
      int b = (int) TornadoMath.min(TornadoMath.abs(x), scalars.get(0));
      int c = (int) TornadoMath.clamp(x, 0f, 255f);
      float d = x;
      if (d > 100f) {
        d = 100f;
      }
      if (d < -100f) {
        d = -100f;
      }
      out.set(i, a + b + c + (int) d + (int) (i * 0.5f) + (int) (50f * TornadoMath.tanh(x)));
    }
  }

  static void integerCasts(IntArray in, ShortArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, (short) ((byte) in.get(i) + (char) in.get(i)));
    }
  }

  static void provenCalls(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int y = Integer.bitCount(x) + Math.addExact(x & 7, 5) + Math.floorMod(x, 8);
      Integer boxed = y;
      out.set(i, Math.min(Math.max(boxed, 3), TornadoMath.abs(x)));
    }
  }

  static void bitsStoredDirectly(FloatArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, Float.floatToRawIntBits(in.get(i)));
    }
  }

  // Control flow.

  static void chains(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r = 0;
      if (x > 0 && y > 0 && x < y) {
        r = 1;
      }
      if (x < -5 || y < -5 || x == y) {
        r += 2;
      }
      out.set(i, r + (x > 1 ? 1 : 0) * (y > 1 ? 1 : 0));
    }
  }

  static void branchFree(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int both = (x > 0 ? 1 : 0) & (y > 0 ? 1 : 0);
      int neither = (x < -5 ? 1 : 0) & (y < -5 ? 1 : 0);
      if ((both | neither) == 1) {
        out.set(i, 1);
      } else {
        out.set(i, 0);
      }
    }
  }

  static void elseIfs(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int x = in.get(i);
      int r;
      if (x == 1) {
        r = 10;
      } else if (x == 2) {
        r = 20;
      } else if (x == 3 && i > 4) {
        r = 30;
      } else if (x > 100 || i > 200) {
        r = 40;
      } else {
        r = 50;
      }
      out.set(i, r);
    }
  }

  static void nestedIfs(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int x = in.get(i);
      int r = 0;
      if (x > 0) {
        if (x < 50) {
          r = 1;
        } else {
          r = 2;
        }
      }
      out.set(i, r);
    }
  }

  static void bounds(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int x = in.get(i);
      int n = dims.get(1);
      int r = 0;
      if (x >= 0 && x < n) {
        r = in.get(x);
      }
      int inside = (x > 0 ? 1 : 0) & (x < 50 ? 1 : 0);
      if (inside == 1) {
        r++;
      }
      if (r < 0) {
        r = 0;
      }
      if (r > 255) {
        r = 255;
      }
      out.set(i, r);
    }
  }

  @SuppressWarnings("fallthrough")
  static void switches(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      int y =
          switch (in.get(i)) {
            case 1 -> 10;
            case 2 -> 20;
            case 5 -> 50;
            default -> 30;
          };
      switch (in.get(i)) {
        case 1000:
          y += 1;
        case 20:
          y += 2;
          break;
        case -7:
          y += 3;
          break;
        default:
          y += 4;
      }
      out.set(i, y);
    }
  }

  static void breaksAndContinues(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = 0;
      for (int j = 0; j < dims.get(1); j++) {
        if (in.get(j) == 3) {
          continue;
        }
        sum += in.get(j);
        if (sum > 100) {
          break;
        }
      }
      int k = 0;
      do {
        k++;
        sum += k;
      } while (k < dims.get(2));
      while (k > 0 && sum > 3) {
        k--;
      }
      out.set(i, sum + k);
    }
  }

  static void breaksInBothLoops(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = i;
      for (int j = 0; j < dims.get(1); j++) {
        for (int k = 0; k < dims.get(2); k++) {
          sum += in.get(j + k) & 7;
          if ((sum & 15) == 3) {
            break;
          }
        }
        if (sum > 100) {
          break;
        }
      }
      out.set(i, sum);
    }
  }

  static void chainsAsLoopConditions(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = i;
      int j = 0;
      while (j < dims.get(1) && sum < 100 && (sum & 31) != 7) {
        int k = 0;
        while (k < dims.get(2) && (sum & 15) != 3) {
          sum += in.get(j + k) & 7;
          k++;
        }
        j++;
      }
      out.set(i, sum * 100 + j);
    }
  }

  static void breakWithCounter(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int j = 0;
      for (; j < dims.get(1); j++) {
        if (in.get(j) == i) {
          break;
        }
      }
      out.set(i, j);
    }
  }

  static void counterSetToTheEnd(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int found = -1;
      int n = dims.get(1);
      for (int j = 0; j < n; j++) {
        if (in.get(j) == i) {
          found = j;
          j = n;
        }
      }
      out.set(i, found);
    }
  }

  static void conditionsApart(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      int x = in.get(2 * i);
      int y = in.get(2 * i + 1);
      int r = 0;
      if (x > 0 && y > 0) {
        r = 1;
      }
      if (x < -5 && y < -5) {
        r = 2;
      }
      boolean both = x > 7 && y > 7;
      if (both && x < 9) {
        r += 3;
      }
      out.set(i, r + (x > 0 ? (y > 0 ? 1 : 0) : (y < -5 ? 1 : 0)));
    }
  }

  static void mutableBox(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      Helpers.Box box = new Helpers.Box(in.get(i));
      box.value += 3;
      out.set(i, box.value);
    }
  }

  static void returnOfTheKernel(KernelContext context, IntArray in, IntArray out, IntArray dims) {
    int i = context.globalIdx;
    if (i >= dims.get(0)) {
      return;
    }
    out.set(i, in.get(i));
  }

  static void endsByCounter(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int found = -1;
      int more = 1;
      int j = 0;
      while (more == 1) {
        if (in.get(j) == i) {
          found = j;
          more = 0;
        }
        j++;
        if (j >= dims.get(1)) {
          more = 0;
        }
      }
      out.set(i, found);
    }
  }

  static void callsAndRecords(IntArray in, IntArray out, Colour colour, Object any) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      Helpers.Pair pair = new Helpers.Pair(in.get(i), 4);
      assert pair.second() == 4 : "not " + pair.second();
      int kind = any instanceof String ? 1 : 0;
      out.set(i, SCALE.of(pair.first()) + colour.ordinal() + kind);
    }
  }

  // Arrays and memory.

  static void initialised(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int[] weights = {1, 0, 3, 4};
      int[] counts = new int[16];
      for (int j = 0; j < 16; j++) {
        counts[j] = 0;
      }
      for (int j = 0; j < dims.get(1); j++) {
        counts[in.get(j) & 15] += 1;
      }
      int[] some = new int[64];
      for (int j = 0; j < dims.get(2); j++) {
        some[j] = j;
      }
      int sum = 0;
      for (int weight : weights) {
        sum += weight;
      }
      out.set(i, sum + counts[0] + some[1]);
    }
  }

  static void treeReduction(KernelContext context, FloatArray in, FloatArray out) {
    float[] tile = context.allocateFloatLocalArray(64);
    int item = context.localIdx;
    tile[item] = in.get(context.globalIdx);
    context.localBarrier();
    for (int width = 32; width > 0; width = width >> 1) {
      if (item < width) {
        tile[item] += tile[item + width];
      }
      context.localBarrier();
    }
    if (item == 0) {
      out.set(context.groupIdx, tile[0]);
    }
  }

  static void writtenBySome(KernelContext context, FloatArray in, FloatArray out) {
    float[] first = context.allocateFloatLocalArray(16);
    int item = context.localIdx;
    if (item < 16) {
      first[item] = in.get(item);
    }
    context.localBarrier();
    out.set(context.globalIdx, first[item & 15]);
  }

  static void localMemorySizedByScalar(KernelContext context, FloatArray out, int size) {
    float[] tile = context.allocateFloatLocalArray(size);
    tile[context.localIdx] = 1f;
    out.set(context.globalIdx, tile[context.localIdx]);
  }

  static void readModifyWrite(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      if (in.get(i) > 0) {
        out.set(i, out.get(i) + 1);
      }
    }
  }

  static void writtenOnAllWays(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int best = -1;
      for (int j = 0; j < dims.get(1); j++) {
        if (in.get(j) > best) {
          best = in.get(j);
        }
      }
      if (best > 5) {
        out.set(i, best);
      } else {
        out.set(i, 0);
      }
    }
  }

  static void optionalOutput(IntArray in, IntArray out, IntArray extra, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      if (dims.get(1) == 1) {
        extra.set(i, in.get(i));
      }
      out.set(i, in.get(i));
    }
  }

  static void guarded(KernelContext context, IntArray in, IntArray out, IntArray dims) {
    int i = context.globalIdx;
    if (i < dims.get(0)) {
      out.set(i, in.get(i));
    }
  }

  // Parallel loops.

  static void threeDeep(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      for (@Parallel int j = 0; j <= dims.get(1); j++) {
        for (@Parallel int k = 0; dims.get(2) > k; k++) {
          int at = (i * (dims.get(1) + 1) + j) * dims.get(2) + k;
          out.set(at, in.get(at));
        }
      }
    }
  }

  static void pairs(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i += 2) {
      out.set(i, in.get(i));
      out.set(i + 1, -in.get(i));
    }
  }

  static void siblings(IntArray in, IntArray out, IntArray other) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) + 1);
    }
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      other.set(i, in.get(i) + 2);
    }
  }

  static void triangle(IntArray in, IntArray out, IntArray dims) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      int sum = 0;
      for (int j = 0; j <= i; j++) {
        sum += in.get(j);
      }
      out.set(i, sum);
    }
  }

  static void heapArrays(int[] in, int[] out) {
    for (@Parallel int i = 0; i < in.length; i++) {
      out[i] = in[i] + 1;
    }
  }

  static void narrowVectors(FloatArray in, FloatArray out) {
    for (@Parallel int i = 0; i < in.getSize() - 3; i++) {
      Float4 four = new Float4(in.get(i), in.get(i + 1), in.get(i + 2), in.get(i + 3));
      out.set(i, Float4.sum(four));
    }
  }
}
