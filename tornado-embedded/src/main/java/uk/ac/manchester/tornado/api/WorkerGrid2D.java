package uk.ac.manchester.tornado.api;

/** Launch sizes in two dimensions. */
public class WorkerGrid2D extends AbstractWorkerGrid {
  public static final int DIM = 2;

  /** Sets the global size; the local size stays with the runtime. */
  public WorkerGrid2D(int x, int y) {
    super(x, y, 1);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
