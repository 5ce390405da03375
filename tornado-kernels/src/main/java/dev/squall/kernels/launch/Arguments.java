package dev.squall.kernels.launch;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The arrays of a program by name: ports, scratch buffers, dimensions and scalars. */
public interface Arguments {
  FloatArray f32(String name);

  IntArray i32(String name);

  LongArray i64(String name);

  /** An i8 or u8 tensor. */
  ByteArray bytes(String name);

  /** The program's dimensions. */
  IntArray dims();

  /** The program's real parameters. */
  FloatArray scalars();

  /** The context of a kernel with explicit work-groups. */
  KernelContext context();
}
