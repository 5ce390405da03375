package dev.squall.pipeline.engine;

/**
 * A device that could be here and is not.
 *
 * @param id the id it would have
 * @param reason why it is missing
 * @param remedy the command that would bring it
 */
public record MissingDevice(String id, String engine, String reason, String remedy) {

  /** Whether the user's word for a device means this one. */
  public boolean answersTo(String word) {
    return word.equals(id) || word.equals(engine + ":" + id);
  }
}
