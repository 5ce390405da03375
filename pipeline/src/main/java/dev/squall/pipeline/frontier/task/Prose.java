package dev.squall.pipeline.frontier.task;

import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A text without questions, whose own tokens are scored. */
record Prose() implements ExerciseMaker {
  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    return new Exercise(
        Stream.generate(() -> Words.sentence(random))
            .limit(filler + 1L)
            .collect(Collectors.joining(" ")),
        java.util.List.of());
  }
}
