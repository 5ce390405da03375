package dev.squall.pipeline.measure;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** What the JVM's own compilers are doing. */
public final class JitCompiler {
  private static final String OPERATION = "compilerQueue";
  private static final Object[] NO_ARGUMENTS = {new String[0]};
  private static final String[] SIGNATURE = {String[].class.getName()};

  private static final String CURRENT = "Current compiles:";
  private static final String EMPTY = "Empty";

  private JitCompiler() {}

  /**
   * Whether no method is being compiled and none waits to be. Some milliseconds of equal times do
   * not show that: vector code runs steadily slowly while its compilation takes a second. A JVM
   * that cannot say counts as idle.
   */
  public static boolean idle() {
    try {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
      return idle((String) server.invoke(commands, OPERATION, NO_ARGUMENTS, SIGNATURE));
    } catch (JMException | RuntimeException e) {
      return true;
    }
  }

  /** Reads the answer of the diagnostic command Compiler.queue. */
  static boolean idle(String queues) {
    return queues
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.equals(CURRENT) && !line.endsWith("queue:"))
        .allMatch(EMPTY::equals);
  }
}
