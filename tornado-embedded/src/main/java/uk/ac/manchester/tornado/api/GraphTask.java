package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;

/** A task of a graph. */
sealed interface GraphTask {

  /** Name of the task within its graph. */
  String id();

  /** Calls a task's method with the given arguments. */
  interface Code {
    void apply(Object[] arguments);
  }

  /**
   * A Java method with its arguments.
   *
   * @param context position of the KernelContext among the arguments, or -1
   */
  record Java(String id, Code code, Object[] arguments, int context) implements GraphTask {

    static Java of(String id, Code code, Object[] arguments) {
      int context = -1;
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i] instanceof KernelContext) {
          if (context >= 0) {
            throw new TornadoTaskRuntimeException("task " + id + " takes two KernelContexts");
          }
          context = i;
        }
      }
      return new Java(id, code, arguments, context);
    }

    boolean hasContext() {
      return context >= 0;
    }

    void run() {
      code.apply(arguments);
    }

    void run(KernelContext workItem) {
      Object[] own = arguments.clone();
      own[context] = workItem;
      code.apply(own);
    }
  }

  /** Device code in a file. */
  record Prebuilt(
      String id, String entryPoint, String filename, AccessorParameters parameters, int[] atomics)
      implements GraphTask {}
}
