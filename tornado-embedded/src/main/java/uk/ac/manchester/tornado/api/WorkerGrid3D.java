package uk.ac.manchester.tornado.api;

/** Launch sizes in three dimensions. */
public class WorkerGrid3D extends AbstractWorkerGrid {
  public static final int DIM = 3;

  /** Sets the global size; the local size stays with the runtime. */
  public WorkerGrid3D(int x, int y, int z) {
    super(x, y, z);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
