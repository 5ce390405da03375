package dev.squall.pipeline.doctor;

/** What becomes of a kernel that holds a construct. */
public enum Consequence {
  /** It runs and computes something else, without a word. */
  WRONG_RESULT("wrong result"),
  /** TornadoVM's compiler refuses it. */
  REJECTED("rejected"),
  /** The compiler does not come back. */
  HANG("hang"),
  /** The JVM dies. */
  CRASH("crash"),
  /** TornadoVM compiles it to something that the device's driver refuses. */
  DRIVER_ERROR("driver error"),
  /** Nobody has seen it right on every back end; reported in strict mode alone. */
  UNPROVEN("unproven");

  private final String words;

  Consequence(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
