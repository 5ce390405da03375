package uk.ac.manchester.tornado.api;

/** Launch sizes in one dimension. */
public class WorkerGrid1D extends AbstractWorkerGrid {
  public static final int DIM = 1;

  /** Sets the global size; the local size stays with the runtime. */
  public WorkerGrid1D(int x) {
    super(x, 1, 1);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
