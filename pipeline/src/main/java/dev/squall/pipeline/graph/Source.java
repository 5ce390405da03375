package dev.squall.pipeline.graph;

/** Where a stage's input comes from. */
public sealed interface Source {
  /** A tensor that is given to the graph. */
  record External(String name) implements Source {
    @Override
    public String toString() {
      return name;
    }
  }

  /** An output of an earlier stage. */
  record Output(String stage, String port) implements Source {
    @Override
    public String toString() {
      return stage + "." + port;
    }
  }
}
