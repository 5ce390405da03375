package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.SquallException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/**
 * A function of Level Zero, all of which answer with a {@code ze_result_t}. Handles and device
 * addresses are {@code long}, 32-bit numbers {@code int}, host pointers {@link MemorySegment}s.
 */
final class ZeFunction {
  private final String name;
  private final MethodHandle handle;

  private ZeFunction(String name, MethodHandle handle) {
    this.name = name;
    this.handle = handle;
  }

  static ZeFunction of(String name, MemorySegment address, MemoryLayout... parameters) {
    MethodHandle native_ =
        Linker.nativeLinker()
            .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
    return new ZeFunction(
        name,
        native_
            .asSpreader(Object[].class, parameters.length)
            .asType(MethodType.methodType(int.class, Object[].class)));
  }

  /**
   * @throws SquallException with the class of any answer but success
   */
  void call(Object... arguments) {
    ZeErrors.check(answer(arguments), name);
  }

  /** The same, with more words for the message. */
  void call(String details, Object[] arguments) {
    int answer = answer(arguments);
    if (answer != ZeErrors.SUCCESS) {
      ZeErrors.check(answer, name + " " + details);
    }
  }

  int answer(Object... arguments) {
    try {
      return (int) handle.invokeExact(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call throws nothing checked", e);
    }
  }
}
