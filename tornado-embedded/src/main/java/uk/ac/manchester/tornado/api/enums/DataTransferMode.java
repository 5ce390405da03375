package uk.ac.manchester.tornado.api.enums;

/** When a task graph copies an object between host and device. */
public class DataTransferMode {
  /** To the device once, before the first execution. */
  public static final int FIRST_EXECUTION = 0;

  /** At every execution. */
  public static final int EVERY_EXECUTION = 1;

  /** Only when the program asks for it through the execution result. */
  public static final int UNDER_DEMAND = 2;
}
