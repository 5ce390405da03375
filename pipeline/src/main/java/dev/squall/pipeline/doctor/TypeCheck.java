package dev.squall.pipeline.doctor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Types of the TornadoVM API that some back ends lack. */
final class TypeCheck {
  private static final Pattern WIDE =
      Pattern.compile(
          Api.ROOT + "types/(?:vectors|collections)/((?:Vector)?\\p{Upper}\\p{Lower}+(?:8|16))\\b");
  private static final Pattern HALF =
      Pattern.compile(Api.ROOT + "types/(?:\\w+/)?((?:Vector)?Half\\w*)");
  private static final Pattern CUDA_ALONE =
      Pattern.compile(Api.ROOT + "types/(?:\\w+/)?(FP8\\w*|BFloat16\\w*)");

  private TypeCheck() {}

  /**
   * @param text an internal name or a descriptor
   */
  static void examine(String text, Body body, int line, Report report) {
    find(Rule.WIDE_VECTOR, WIDE, text, body, line, report);
    find(Rule.HALF_FLOAT, HALF, text, body, line, report);
    find(Rule.CUDA_ONLY, CUDA_ALONE, text, body, line, report);
  }

  private static void find(
      Rule rule, Pattern pattern, String text, Body body, int line, Report report) {
    Matcher matcher = pattern.matcher(text);
    if (matcher.find()) {
      report.addAt(rule, body, line, matcher.group(1));
    }
  }
}
