package dev.squall.pipeline.machine;

import java.nio.file.Path;

/** Where Squall keeps what it has measured. */
public final class UserFiles {
  private UserFiles() {}

  /** The property {@code squall.cache}, {@code $SQUALL_CACHE}, or the user's cache directory. */
  public static Path cache() {
    String own = System.getProperty("squall.cache", System.getenv("SQUALL_CACHE"));
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    Path base =
        caches != null && !caches.isBlank()
            ? Path.of(caches)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("squall");
  }

  public static Path history() {
    return cache().resolve("history.jsonl");
  }
}
