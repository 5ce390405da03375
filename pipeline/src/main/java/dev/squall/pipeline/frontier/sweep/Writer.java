package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.frontier.task.Answer;
import dev.squall.pipeline.frontier.task.Blank;
import dev.squall.pipeline.frontier.task.Exercise;
import dev.squall.pipeline.model.decoder.Continuation;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Lets a model fill the blanks of an exercise, always with the likeliest token. */
final class Writer {
  /** What stands in the blanks, and what it is worth. */
  record Written(List<String> answers, double score, double parsed) {}

  private final Tokenizer tokenizer;

  Writer(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Most tokens that follow the opening. */
  int most(Exercise exercise) {
    int most = 0;
    for (Blank blank : exercise.blanks()) {
      most += blank.mostTokens() + tokenizer.encodeBehind(blank.lead()).length;
    }
    return most;
  }

  /**
   * @param prompt the exercise's opening
   * @param keys what tokens behind the prompt see
   */
  Written fill(Exercise exercise, Continuation prompt, DecodeKeys keys) {
    prompt.restart(keys);
    float[] logits = prompt.promptLogits();
    List<String> answers = new ArrayList<>();
    double score = 0;
    double parsed = 0;
    for (Blank blank : exercise.blanks()) {
      if (!answers.isEmpty()) {
        for (int token : tokenizer.encodeBehind(blank.lead())) {
          logits = prompt.next(token);
        }
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      String text = "";
      for (int count = 0; count < blank.mostTokens(); count++) {
        int token = likeliest(logits);
        bytes.writeBytes(tokenizer.bytes(token));
        text = bytes.toString(StandardCharsets.UTF_8);
        // What ends an answer is not read: the next blank's lead follows the answer itself.
        if (tokenizer.ends(token) || blank.filledBy(text)) {
          break;
        }
        logits = prompt.next(token);
      }
      String answer = blank.cut(text).strip();
      Answer.Score worth = blank.answer().score(answer);
      answers.add(answer);
      score += worth.value() / exercise.blanks().size();
      parsed += (worth.parsed() ? 1.0 : 0.0) / exercise.blanks().size();
    }
    return new Written(List.copyOf(answers), score, parsed);
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
