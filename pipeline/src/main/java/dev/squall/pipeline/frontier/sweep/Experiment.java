package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.frontier.formulas.Transformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What all cells of a file have in common. Methods, budgets, tasks, lengths and samples are no part
 * of it: a sweep may grow.
 *
 * @param format of the file
 * @param tasks version of prompts and scores
 * @param squall version of the program
 * @param model as users name it, and its extents
 * @param modelSha256 of its file
 * @param seed of exercises
 * @param textSha256 of the text whose perplexity is taken; null if it is made up
 * @param decodedTokens tokens of a text that decoding methods are scored on
 */
public record Experiment(
    int format,
    int tasks,
    String squall,
    Transformer model,
    String modelSha256,
    long seed,
    String textSha256,
    int decodedTokens) {
  public static final int FORMAT = 1;

  /** What differs, as words; empty if nothing does. */
  public List<String> differences(Experiment asked) {
    List<String> differences = new ArrayList<>();
    compare(differences, "format", format, asked.format);
    compare(differences, "version of tasks", tasks, asked.tasks);
    compare(differences, "squall", squall, asked.squall);
    compare(differences, "model", model.name(), asked.model.name());
    if (model.name().equals(asked.model.name())) {
      compare(differences, "model's SHA-256", modelSha256, asked.modelSha256);
    }
    compare(differences, "--seed", seed, asked.seed);
    compare(differences, "--text's SHA-256", textSha256, asked.textSha256);
    compare(differences, "--decoded-tokens", decodedTokens, asked.decodedTokens);
    return List.copyOf(differences);
  }

  private static void compare(List<String> differences, String what, Object there, Object asked) {
    if (!Objects.equals(there, asked)) {
      differences.add("%s %s there, %s asked for".formatted(what, text(there), text(asked)));
    }
  }

  private static String text(Object value) {
    return value == null ? "none" : String.valueOf(value);
  }
}
