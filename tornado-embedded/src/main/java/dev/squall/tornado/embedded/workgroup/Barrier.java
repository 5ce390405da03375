package dev.squall.tornado.embedded.workgroup;

/** Barrier statements of a kernel. Both make the whole work-group wait; their fences differ. */
public enum Barrier {
  LOCAL("localBarrier"),
  GLOBAL("globalBarrier");

  private final String method;

  Barrier(String method) {
    this.method = method;
  }

  /** Returns the name a kernel calls it by. */
  @Override
  public String toString() {
    return method;
  }
}
