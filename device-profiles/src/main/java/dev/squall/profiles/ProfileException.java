package dev.squall.profiles;

/** A profile or another file in TOML that cannot be used: one line says where and why. */
public final class ProfileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final int column;
  private final String problem;

  ProfileException(String file, Location location, String problem) {
    this(file, location, problem, null);
  }

  ProfileException(String file, Location location, String problem, Throwable cause) {
    super(file + ":" + location.line() + ":" + location.column() + ": " + problem, cause);
    this.file = file;
    this.line = location.line();
    this.column = location.column();
    this.problem = problem;
  }

  /** The file's name as the caller gave it. */
  public String file() {
    return file;
  }

  /** Line number, from one; one also where the file could not be read at all. */
  public int line() {
    return line;
  }

  /** Column number, from one. */
  public int column() {
    return column;
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }
}
