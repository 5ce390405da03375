package dev.squall.pipeline.page;

import dev.squall.pipeline.compare.CellName;
import dev.squall.pipeline.compare.CellState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cells in words. */
final class CellWords {
  private CellWords() {}

  /** What is measured, whatever the device: the kernel, its extents, parameters, element type. */
  static String subject(CellName name) {
    List<String> words = new ArrayList<>(List.of(name.kernel()));
    name.shape().forEach((symbol, extent) -> words.add(symbol + "=" + extent));
    name.parameters().forEach((key, value) -> words.add(key + "=" + value));
    if (!name.elementType().isEmpty()) {
      words.add(name.elementType());
    }
    return String.join(" ", words);
  }

  static String words(CellState state) {
    return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
