package dev.squall.kernels.launch;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * The order in which a task takes its arrays, found by wiring it once to a graph that never runs.
 */
public final class TaskArguments {
  /** Stands for the program's dimensions. */
  public static final String DIMS = "$dims";

  /** Stands for the program's scalars. */
  public static final String SCALARS = "$scalars";

  private TaskArguments() {}

  /** Names of the arrays that the task takes, in the method's order. */
  public static List<String> arrays(Task task) {
    Recorder recorder = new Recorder();
    task.wiring().add(new TaskGraph("recorded"), "task", recorder);
    return List.copyOf(recorder.names);
  }

  private static final class Recorder implements Arguments {
    private final List<String> names = new ArrayList<>();

    @Override
    public FloatArray f32(String name) {
      names.add(name);
      return new FloatArray(1);
    }

    @Override
    public IntArray i32(String name) {
      names.add(name);
      return new IntArray(1);
    }

    @Override
    public LongArray i64(String name) {
      names.add(name);
      return new LongArray(1);
    }

    @Override
    public ByteArray bytes(String name) {
      names.add(name);
      return new ByteArray(1);
    }

    @Override
    public IntArray dims() {
      names.add(DIMS);
      return new IntArray(1);
    }

    @Override
    public FloatArray scalars() {
      names.add(SCALARS);
      return new FloatArray(1);
    }

    @Override
    public KernelContext context() {
      return new KernelContext();
    }
  }
}
