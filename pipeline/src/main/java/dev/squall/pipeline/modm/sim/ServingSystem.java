package dev.squall.pipeline.modm.sim;

/** The systems that are compared. */
public enum ServingSystem {
  /** The large model makes every image. */
  VANILLA(false),
  /**
   * The large model goes on from latents of an earlier prompt, found by similarity of text to text;
   * the least useful entry is evicted.
   */
  NIRVANA(false),
  /** A similar enough image is handed out as it is, else the large model makes one. */
  PINECONE(false),
  /** Images found by text are refined by a small model, the rest is made by the large one. */
  MODM(true);

  private final boolean mixed;

  ServingSystem(boolean mixed) {
    this.mixed = mixed;
  }

  /** Whether GPUs may run small models. */
  boolean mixed() {
    return mixed;
  }
}
