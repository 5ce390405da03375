package dev.squall.pipeline.engine.opencl;

import static org.lwjgl.system.MemoryUtil.NULL;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import dev.squall.pipeline.engine.remote.ParentWatch;
import dev.squall.pipeline.stack.setup.KnownAnswer;
import dev.squall.pipeline.stack.setup.StackCheck.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** Runs the known-answer kernel on every device that this process sees. */
public final class KnownAnswerProcess {
  /** The second argument, where the driver records commands. */
  static final String CAPTURE = "capture";

  private KnownAnswerProcess() {}

  /**
   * Writes a line a device: finding, device and detail, with tabs between.
   *
   * @param arguments file for the lines, {@link #CAPTURE} or another word
   */
  public static void main(String[] arguments) throws IOException {
    ParentWatch.start();
    boolean capture = arguments[1].equals(CAPTURE);
    List<OpenClInfo.Handles> devices = OpenClInfo.devices();
    for (int i = 0; i < devices.size(); i++) {
      DeviceFacts facts = OpenClInfo.facts(i, devices.get(i));
      Outcome outcome = check(devices.get(i), facts, capture);
      Files.writeString(
          Path.of(arguments[0]),
          "%s\t%s\t%s%n"
              .formatted(
                  outcome.finding().name(), oneLine(facts.name()), oneLine(outcome.detail())),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  private static Outcome check(OpenClInfo.Handles handles, DeviceFacts facts, boolean capture) {
    try (OpenClContext context = OpenClContext.open(handles, facts)) {
      long program =
          new OpenClPrograms(context)
              .ofSource(
                  KnownAnswer.SOURCE.getBytes(StandardCharsets.UTF_8),
                  "the known-answer kernel",
                  "");
      int[] code = new int[1];
      long kernel = CL10.clCreateKernel(program, KnownAnswer.KERNEL, code);
      OpenClErrors.check(code[0], "clCreateKernel");
      int[] integers = new int[KnownAnswer.ITEMS];
      Arrays.fill(integers, KnownAnswer.UNWRITTEN_INTEGER);
      float[] exponentials = new float[KnownAnswer.ITEMS];
      Arrays.fill(exponentials, Float.NaN);
      long flags = CL10.CL_MEM_READ_WRITE | CL10.CL_MEM_COPY_HOST_PTR;
      long seedBuffer = CL10.clCreateBuffer(context.context(), flags, KnownAnswer.seeds(), code);
      OpenClErrors.check(code[0], "clCreateBuffer");
      long integerBuffer = CL10.clCreateBuffer(context.context(), flags, integers, code);
      OpenClErrors.check(code[0], "clCreateBuffer");
      long exponentialBuffer = CL10.clCreateBuffer(context.context(), flags, exponentials, code);
      OpenClErrors.check(code[0], "clCreateBuffer");
      launch(context, kernel, seedBuffer, integerBuffer, exponentialBuffer);
      OpenClErrors.check(
          CL10.clEnqueueReadBuffer(context.queue(), integerBuffer, true, 0, integers, null, null),
          "clEnqueueReadBuffer");
      OpenClErrors.check(
          CL10.clEnqueueReadBuffer(
              context.queue(), exponentialBuffer, true, 0, exponentials, null, null),
          "clEnqueueReadBuffer");
      // The process ends with its objects.
      return KnownAnswer.judge(integers, exponentials, capture);
    } catch (SquallException e) {
      return Outcome.failed(e.getMessage());
    }
  }

  private static void launch(OpenClContext context, long kernel, long... buffers) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      for (int i = 0; i < buffers.length; i++) {
        OpenClErrors.check(
            CL10.clSetKernelArg(kernel, i, stack.pointers(buffers[i])), "clSetKernelArg");
      }
      OpenClErrors.check(
          CL10.nclEnqueueNDRangeKernel(
              context.queue(),
              kernel,
              1,
              NULL,
              stack.pointers(KnownAnswer.ITEMS).address(),
              stack.pointers(KnownAnswer.GROUP).address(),
              0,
              NULL,
              NULL),
          "clEnqueueNDRangeKernel");
      context.finish();
    }
  }
}
