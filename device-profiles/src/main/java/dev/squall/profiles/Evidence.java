package dev.squall.profiles;

import java.util.Locale;

/** How well a figure is founded; a profile writes the name in lower case. */
public enum Evidence {
  /** Measured or queried by this project on such a device. */
  MEASURED,
  /** Stated by the maker of the device or the author of the software in question. */
  PUBLISHED,
  /** Computed from cited figures. */
  DERIVED,
  /** Told by a third party. */
  SECONDARY,
  /** General knowledge without a document at hand. */
  UNVERIFIED;

  /** The word used in profiles, for example {@code derived}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
