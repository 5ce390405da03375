package dev.squall.pipeline.engine.opencl;

import java.util.ArrayList;
import java.util.List;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;

/** Events of commands of one sort, whose times are added up once the queue is finished. */
final class DeviceEvents {
  private final List<Long> events = new ArrayList<>();

  void add(PointerBuffer event) {
    events.add(event.get(0));
  }

  /** Seconds between the start and the end of each command, summed; releases the events. */
  double takeSeconds() {
    double seconds = 0;
    long[] time = new long[1];
    for (long event : events) {
      if (CL10.clGetEventProfilingInfo(event, CL10.CL_PROFILING_COMMAND_END, time, null)
          == CL10.CL_SUCCESS) {
        long end = time[0];
        CL10.clGetEventProfilingInfo(event, CL10.CL_PROFILING_COMMAND_START, time, null);
        seconds += Math.max(0, end - time[0]) * 1e-9;
      }
      CL10.clReleaseEvent(event);
    }
    events.clear();
    return seconds;
  }
}
