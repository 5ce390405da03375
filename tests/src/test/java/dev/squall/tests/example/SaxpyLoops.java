package dev.squall.tests.example;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The portable form: the bound comes from dims, so one compiled kernel serves every length. */
public final class SaxpyLoops {
  private SaxpyLoops() {}

  public static void saxpy(
      FloatArray x, FloatArray y, FloatArray z, IntArray dims, FloatArray scalars) {
    for (@Parallel int i = 0; i < dims.get(0); i++) {
      z.set(i, scalars.get(0) * x.get(i) + y.get(i));
    }
  }
}
