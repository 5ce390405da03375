package uk.ac.manchester.tornado.api;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task1;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task10;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task11;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task12;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task13;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task14;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task15;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task16;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task17;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task18;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task19;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task20;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task3;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task5;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoTaskRuntimeException;

/**
 * Tasks in execution order, with the objects they exchange with the device.
 *
 * <p>On the JVM host and device share memory, so transfers copy nothing; they are recorded and
 * checked. A task takes a static method and its arguments. A task that takes a {@link
 * KernelContext} runs once per work-item of its {@link WorkerGrid}; any other runs once.
 *
 * <p>Mistakes throw when they are made: {@link TornadoRuntimeException} for objects and modes,
 * {@link TornadoTaskRuntimeException} for tasks.
 */
public class TaskGraph {
  private final String name;
  private final List<GraphTask> tasks = new ArrayList<>();
  private final Set<String> taskIds = new HashSet<>();
  private final Set<Object> arguments = identitySet();
  private final Set<Object> toDevice = identitySet();
  private final Set<Object> toHost = identitySet();
  private final Map<String, Set<Object>> consumed = new LinkedHashMap<>();

  /** Makes an empty graph; the name must be unique in its plan. */
  public TaskGraph(String name) {
    if (name == null || name.isBlank()) {
      throw new TornadoRuntimeException("a task graph needs a name");
    }
    this.name = name;
  }

  public String getTaskGraphName() {
    return name;
  }

  public TaskGraph task(String id, Task code) {
    return add(id, a -> code.apply());
  }

  public <T1> TaskGraph task(String id, Task1<T1> code, T1 arg) {
    return add(id, a -> code.apply(cast(a[0])), arg);
  }

  public <T1, T2> TaskGraph task(String id, Task2<T1, T2> code, T1 arg1, T2 arg2) {
    return add(id, a -> code.apply(cast(a[0]), cast(a[1])), arg1, arg2);
  }

  public <T1, T2, T3> TaskGraph task(String id, Task3<T1, T2, T3> code, T1 arg1, T2 arg2, T3 arg3) {
    return add(id, a -> code.apply(cast(a[0]), cast(a[1]), cast(a[2])), arg1, arg2, arg3);
  }

  public <T1, T2, T3, T4> TaskGraph task(
      String id, Task4<T1, T2, T3, T4> code, T1 arg1, T2 arg2, T3 arg3, T4 arg4) {
    return add(
        id,
        a -> code.apply(cast(a[0]), cast(a[1]), cast(a[2]), cast(a[3])),
        arg1,
        arg2,
        arg3,
        arg4);
  }

  public <T1, T2, T3, T4, T5> TaskGraph task(
      String id, Task5<T1, T2, T3, T4, T5> code, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5) {
    return add(
        id,
        a -> code.apply(cast(a[0]), cast(a[1]), cast(a[2]), cast(a[3]), cast(a[4])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5);
  }

  public <T1, T2, T3, T4, T5, T6> TaskGraph task(
      String id,
      Task6<T1, T2, T3, T4, T5, T6> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6) {
    return add(
        id,
        a -> code.apply(cast(a[0]), cast(a[1]), cast(a[2]), cast(a[3]), cast(a[4]), cast(a[5])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6);
  }

  public <T1, T2, T3, T4, T5, T6, T7> TaskGraph task(
      String id,
      Task7<T1, T2, T3, T4, T5, T6, T7> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]), cast(a[1]), cast(a[2]), cast(a[3]), cast(a[4]), cast(a[5]), cast(a[6])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8> TaskGraph task(
      String id,
      Task8<T1, T2, T3, T4, T5, T6, T7, T8> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9> TaskGraph task(
      String id,
      Task9<T1, T2, T3, T4, T5, T6, T7, T8, T9> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> TaskGraph task(
      String id,
      Task10<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> TaskGraph task(
      String id,
      Task11<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> TaskGraph task(
      String id,
      Task12<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> TaskGraph task(
      String id,
      Task13<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> TaskGraph task(
      String id,
      Task14<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> TaskGraph task(
      String id,
      Task15<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14,
      T15 arg15) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> TaskGraph task(
      String id,
      Task16<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6,
      T7 arg7,
      T8 arg8,
      T9 arg9,
      T10 arg10,
      T11 arg11,
      T12 arg12,
      T13 arg13,
      T14 arg14,
      T15 arg15,
      T16 arg16) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14]),
                cast(a[15])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17>
      TaskGraph task(
          String id,
          Task17<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17> code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14]),
                cast(a[15]),
                cast(a[16])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18>
      TaskGraph task(
          String id,
          Task18<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14]),
                cast(a[15]),
                cast(a[16]),
                cast(a[17])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19>
      TaskGraph task(
          String id,
          Task19<
                  T1,
                  T2,
                  T3,
                  T4,
                  T5,
                  T6,
                  T7,
                  T8,
                  T9,
                  T10,
                  T11,
                  T12,
                  T13,
                  T14,
                  T15,
                  T16,
                  T17,
                  T18,
                  T19>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18,
          T19 arg19) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14]),
                cast(a[15]),
                cast(a[16]),
                cast(a[17]),
                cast(a[18])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18,
        arg19);
  }

  public <T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16, T17, T18, T19, T20>
      TaskGraph task(
          String id,
          Task20<
                  T1,
                  T2,
                  T3,
                  T4,
                  T5,
                  T6,
                  T7,
                  T8,
                  T9,
                  T10,
                  T11,
                  T12,
                  T13,
                  T14,
                  T15,
                  T16,
                  T17,
                  T18,
                  T19,
                  T20>
              code,
          T1 arg1,
          T2 arg2,
          T3 arg3,
          T4 arg4,
          T5 arg5,
          T6 arg6,
          T7 arg7,
          T8 arg8,
          T9 arg9,
          T10 arg10,
          T11 arg11,
          T12 arg12,
          T13 arg13,
          T14 arg14,
          T15 arg15,
          T16 arg16,
          T17 arg17,
          T18 arg18,
          T19 arg19,
          T20 arg20) {
    return add(
        id,
        a ->
            code.apply(
                cast(a[0]),
                cast(a[1]),
                cast(a[2]),
                cast(a[3]),
                cast(a[4]),
                cast(a[5]),
                cast(a[6]),
                cast(a[7]),
                cast(a[8]),
                cast(a[9]),
                cast(a[10]),
                cast(a[11]),
                cast(a[12]),
                cast(a[13]),
                cast(a[14]),
                cast(a[15]),
                cast(a[16]),
                cast(a[17]),
                cast(a[18]),
                cast(a[19])),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6,
        arg7,
        arg8,
        arg9,
        arg10,
        arg11,
        arg12,
        arg13,
        arg14,
        arg15,
        arg16,
        arg17,
        arg18,
        arg19,
        arg20);
  }

  /** Adds a kernel from a file of device code; see the version with atomics. */
  public TaskGraph prebuiltTask(
      String id, String entryPoint, String filename, AccessorParameters accessorParameters) {
    return prebuiltTask(id, entryPoint, filename, accessorParameters, new int[0]);
  }

  /**
   * Adds a kernel from a file of device code, OpenCL C or SPIR-V.
   *
   * @param entryPoint name of the kernel in the file
   * @param atomics initial values of the kernel's atomic counters
   */
  public TaskGraph prebuiltTask(
      String id,
      String entryPoint,
      String filename,
      AccessorParameters accessorParameters,
      int[] atomics) {
    List<Object> objects = new ArrayList<>();
    for (int i = 0; i < accessorParameters.numAccessors(); i++) {
      AccessorParameters.PairAccessor accessor = accessorParameters.getAccessor(i);
      objects.add(accessor == null ? null : accessor.object());
    }
    register(id, objects);
    tasks.add(new GraphTask.Prebuilt(id, entryPoint, filename, accessorParameters, atomics));
    return this;
  }

  /**
   * Names objects that tasks read. Numbers are ignored: scalars are compiled into the kernel.
   *
   * @param mode a constant of {@link DataTransferMode}
   */
  public TaskGraph transferToDevice(int mode, Object... objects) {
    requireMode(mode);
    for (Object object : objects) {
      requireNonNull("transferToDevice", object);
      if (!isScalar(object)) {
        toDevice.add(object);
      }
    }
    return this;
  }

  /**
   * Names objects whose contents the program needs after execution.
   *
   * @param mode a constant of {@link DataTransferMode}
   */
  public TaskGraph transferToHost(int mode, Object... objects) {
    requireMode(mode);
    requireBuffers("transferToHost", objects);
    Collections.addAll(toHost, objects);
    return this;
  }

  /** Names objects that stay on the device for another graph of the plan to consume. */
  public TaskGraph persistOnDevice(Object... objects) {
    requireBuffers("persistOnDevice", objects);
    Collections.addAll(toHost, objects);
    return this;
  }

  /** Names objects that the graph executed before this one left on the device. */
  public TaskGraph consumeFromDevice(Object... objects) {
    return consume(name, objects);
  }

  /** Names objects that the given graph of the same plan left on the device. */
  public TaskGraph consumeFromDevice(String uniqueTaskGraphName, Object... objects) {
    return consume(uniqueTaskGraphName, objects);
  }

  /**
   * Freezes the graph for execution; later changes of this object do not reach the snapshot.
   *
   * @throws TornadoRuntimeException if an object goes to the host that nothing in the graph uses
   */
  public ImmutableTaskGraph snapshot() {
    Set<Object> known = identitySet();
    known.addAll(arguments);
    known.addAll(toDevice);
    consumed.values().forEach(known::addAll);
    for (Object object : toHost) {
      if (!known.contains(object)) {
        throw new TornadoRuntimeException(
            "task graph %s sends %s to the host, but no task uses it: check the task arguments"
                .formatted(name, describe(object)));
      }
    }
    return new ImmutableTaskGraph(name, List.copyOf(tasks), known, copyOfConsumed());
  }

  private TaskGraph add(String id, GraphTask.Code code, Object... taskArguments) {
    register(id, Arrays.asList(taskArguments));
    tasks.add(GraphTask.Java.of(id, code, taskArguments));
    return this;
  }

  private void register(String id, List<Object> taskArguments) {
    if (id == null || id.isBlank()) {
      throw new TornadoTaskRuntimeException("a task of graph %s has no name".formatted(name));
    }
    if (!taskIds.add(id)) {
      throw new TornadoTaskRuntimeException(
          "task graph %s has two tasks named %s: choose another name".formatted(name, id));
    }
    for (int i = 0; i < taskArguments.size(); i++) {
      Object argument = taskArguments.get(i);
      if (argument == null) {
        throw new TornadoTaskRuntimeException(
            "argument %d of task %s.%s is null".formatted(i + 1, name, id));
      }
      if (argument instanceof MemorySegment) {
        throw new TornadoTaskRuntimeException(
            "argument %d of task %s.%s is a MemorySegment: wrap it with fromSegmentShallow"
                .formatted(i + 1, name, id));
      }
      arguments.add(argument);
    }
  }

  private TaskGraph consume(String source, Object... objects) {
    if (source == null) {
      throw new TornadoRuntimeException(
          "consumeFromDevice of task graph %s: the source graph is null".formatted(name));
    }
    requireBuffers("consumeFromDevice", objects);
    Collections.addAll(consumed.computeIfAbsent(source, key -> identitySet()), objects);
    return this;
  }

  private Map<String, Set<Object>> copyOfConsumed() {
    Map<String, Set<Object>> copy = new LinkedHashMap<>();
    consumed.forEach(
        (source, objects) -> {
          Set<Object> set = identitySet();
          set.addAll(objects);
          copy.put(source, set);
        });
    return copy;
  }

  private void requireMode(int mode) {
    if (mode < DataTransferMode.FIRST_EXECUTION || mode > DataTransferMode.UNDER_DEMAND) {
      throw new TornadoRuntimeException(
          "task graph %s: %d is no DataTransferMode".formatted(name, mode));
    }
  }

  private void requireBuffers(String method, Object... objects) {
    for (Object object : objects) {
      requireNonNull(method, object);
      if (isScalar(object)) {
        throw new TornadoRuntimeException(
            "%s of task graph %s: a %s has no memory to share, use an array"
                .formatted(method, name, object.getClass().getSimpleName()));
      }
    }
  }

  private void requireNonNull(String method, Object object) {
    if (object == null) {
      throw new TornadoRuntimeException(
          "%s of task graph %s: an object is null".formatted(method, name));
    }
  }

  private static boolean isScalar(Object object) {
    return object instanceof Number && !(object instanceof AtomicInteger);
  }

  static String describe(Object object) {
    return "a " + object.getClass().getSimpleName();
  }

  static Set<Object> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  // The overloads of task() fix the types; the array in between loses them.
  @SuppressWarnings("unchecked")
  private static <T> T cast(Object argument) {
    return (T) argument;
  }
}
