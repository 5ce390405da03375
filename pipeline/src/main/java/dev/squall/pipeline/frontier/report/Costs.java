package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.DecodeCost;
import dev.squall.kernels.frontier.formulas.PrefillCost;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.Phase;
import dev.squall.pipeline.frontier.sweep.Setting;

/**
 * What a setting costs by the formulas of The Sparse Frontier, and what its search adds. The
 * study's attention counts the full square; searches are counted the same way.
 */
final class Costs {
  private Costs() {}

  /**
   * @param density of all layers
   */
  static double of(Transformer model, Setting setting, double tokens, double density) {
    return setting.phase() == Phase.PREFILL
        ? PrefillCost.of(model, tokens, density, 1).total() + prefillSearch(model, setting, tokens)
        : DecodeCost.of(model, tokens, density, 1).total() + decodeSearch(model, setting, tokens);
  }

  private static double prefillSearch(Transformer model, Setting setting, double tokens) {
    double heads = (double) model.layers() * model.heads();
    return switch (setting.method()) {
      case "xattention" ->
          heads * 2 * tokens * tokens * model.headSize() / number(setting, "stride", 8);
      case "vertical-slash" ->
          lines(model, setting, tokens, 256, number(setting, "verticals", 512));
      case "flexprefill" -> lines(model, setting, tokens, 512, number(setting, "min_budget", 512));
      case "block-topk" -> {
        double blocks = tokens / number(setting, "block", 16);
        yield heads * 2 * blocks * blocks * model.headSize();
      }
      default -> 0;
    };
  }

  private static double lines(
      Transformer model, Setting setting, double tokens, double window, double lines) {
    double rows = Math.min(tokens, number(setting, "window", window));
    double slashes = number(setting, "slashes", lines);
    return PrefillCost.verticalSlashIndex(model, tokens, rows, lines, slashes, 1);
  }

  private static double decodeSearch(Transformer model, Setting setting, double tokens) {
    return setting.method().equals("quest")
        ? DecodeCost.questIndex(model, tokens, (int) number(setting, "page", 16), 1)
        : 0;
  }

  private static double number(Setting setting, String parameter, double usual) {
    String value = setting.parameters().get(parameter);
    return value == null ? usual : Double.parseDouble(value);
  }
}
