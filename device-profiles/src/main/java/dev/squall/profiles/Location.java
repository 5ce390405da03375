package dev.squall.profiles;

/**
 * A place in a text file; both numbers count from one.
 *
 * @param line line number
 * @param column column number, in UTF-16 units
 */
record Location(int line, int column) {
  static final Location START = new Location(1, 1);
}
