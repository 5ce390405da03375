package dev.squall.pipeline.frontier.task;

/** Makes exercises of one task. */
@FunctionalInterface
interface ExerciseMaker {
  /**
   * @param seed of all that is random; whatever the filler, the same questions and answers
   * @param filler pieces of text that carry nothing; more of them make a longer prompt
   */
  Exercise make(long seed, int filler);
}
