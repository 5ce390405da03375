package dev.squall.pipeline.engine.tornado;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What native code printed and the C library still holds. */
final class NativeOutput {
  private static final MethodHandle FFLUSH = find();

  private NativeOutput() {}

  private static MethodHandle find() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("fflush")
        .map(
            address ->
                linker.downcallHandle(
                    address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
        .orElse(null);
  }

  /** Writes it out, so that the parent can read it. */
  static void flush() {
    if (FFLUSH != null) {
      try {
        int ignored = (int) FFLUSH.invokeExact(MemorySegment.NULL);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
