package dev.squall.pipeline.compare;

/** What became of a cell. */
public enum CellState {
  /** Measured where and as it was asked for. */
  MEASURED,
  /** Measured, but another variant or device served. */
  FELL_BACK,
  /** The driver recorded commands and computed nothing. */
  CAPTURED,
  /** Computed by an emulator, whose times mean nothing. */
  EMULATED,
  /** Begun and not finished. */
  FAILED,
  /** Not begun. */
  SKIPPED
}
