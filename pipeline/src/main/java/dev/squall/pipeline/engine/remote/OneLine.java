package dev.squall.pipeline.engine.remote;

import java.util.regex.Pattern;

/** A throwable in one line: what was thrown, and what was at the bottom of it. */
public final class OneLine {
  /** TornadoVM colours its warnings. */
  private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");

  private OneLine() {}

  /** What was thrown and, where it only wraps another, the innermost cause. */
  public static String of(Throwable thrown) {
    Throwable root = root(thrown);
    String outer = line(thrown);
    String inner = line(root);
    // Wrappers often repeat what they wrap.
    return outer.endsWith(inner) ? outer : "%s, caused by %s".formatted(outer, inner);
  }

  /** The innermost cause alone. */
  public static String rootOf(Throwable thrown) {
    return line(root(thrown));
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private static String line(Throwable thrown) {
    return COLOUR.matcher(thrown.toString()).replaceAll("").strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
