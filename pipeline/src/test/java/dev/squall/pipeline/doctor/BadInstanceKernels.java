package dev.squall.pipeline.doctor;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that are methods of an object. Never run. */
final class BadInstanceKernels {
  private static int total;

  private final int step = Integer.parseInt("3");
  private int offset = 4;

  @Finds(Rule.MUTABLE_FIELD)
  void shifted(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) + offset);
    }
  }

  @Finds({})
  void stepped(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      out.set(i, in.get(i) + step);
    }
  }

  @Finds(Rule.FIELD_WRITE)
  static void counted(IntArray in, IntArray out) {
    for (@Parallel int i = 0; i < in.getSize(); i++) {
      total = i;
      out.set(i, in.get(i));
    }
  }

  int total() {
    offset = total;
    return offset;
  }
}
