package dev.squall.pipeline.frontier.task;

/**
 * A gap that the model fills.
 *
 * @param lead words before the gap; behind what was written before, they are set
 * @param stops characters that end the answer
 * @param mostTokens at which the answer is cut
 */
public record Blank(String lead, String stops, int mostTokens, Answer answer) {

  /** The part of a text that the blank takes. */
  public String cut(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (stops.indexOf(text.charAt(i)) >= 0 && !text.substring(0, i).isBlank()) {
        return text.substring(0, i);
      }
    }
    return text;
  }

  /** Whether a text goes on beyond the blank. */
  public boolean filledBy(String text) {
    return cut(text).length() < text.length();
  }
}
