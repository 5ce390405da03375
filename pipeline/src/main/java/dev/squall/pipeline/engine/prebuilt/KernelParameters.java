package dev.squall.pipeline.engine.prebuilt;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.FileLaunch;
import dev.squall.tornado.embedded.PrebuiltKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A kernel's parameters on their way to a device's process, and back. */
final class KernelParameters {
  private final List<FileLaunch.Argument> arguments = new ArrayList<>();
  private final Map<TornadoNativeArray, FileLaunch.Array> arrays = new IdentityHashMap<>();

  private KernelParameters() {}

  /**
   * Copies arrays to where the process can read them. One that is passed twice is one array.
   *
   * @throws SquallException INVALID_INPUT for what is neither a native array nor a number
   */
  static KernelParameters of(List<PrebuiltKernel.Parameter> parameters, TensorMemory memory) {
    KernelParameters sent = new KernelParameters();
    for (int i = 0; i < parameters.size(); i++) {
      PrebuiltKernel.Parameter parameter = parameters.get(i);
      sent.arguments.add(
          parameter.value() instanceof TornadoNativeArray array
              ? sent.array(array, parameter.access(), memory)
              : new FileLaunch.Scalar(bits(parameter.value(), i)));
    }
    return sent;
  }

  List<FileLaunch.Argument> arguments() {
    return arguments;
  }

  private FileLaunch.Array array(TornadoNativeArray array, Access access, TensorMemory memory) {
    FileLaunch.Array before = arrays.get(array);
    FileLaunch.Array sent =
        new FileLaunch.Array(
            before == null ? copy(array, memory) : before.bytes(),
            (access.position & Access.WRITE_ONLY.position) != 0
                || (before != null && before.written()));
    arrays.put(array, sent);
    return sent;
  }

  private static Tensor copy(TornadoNativeArray array, TensorMemory memory) {
    long bytes = array.getNumBytesOfSegment();
    if (array.getNumBytesOfSegmentWithHeader() - bytes != Tensor.HEADER_BYTES) {
      throw SquallException.invalidInput(
          "arrays have headers of %d bytes here, device code of %d; run Java with compressed pointers"
              .formatted(array.getNumBytesOfSegmentWithHeader() - bytes, Tensor.HEADER_BYTES));
    }
    Tensor copy = Tensor.allocate(memory, new TensorType(ElementType.U8, List.of(bytes)));
    copy.withHeader().copyFrom(array.getSegmentWithHeader());
    return copy;
  }

  /** Brings back what the kernel wrote. */
  void copyBack() {
    arrays.forEach(
        (array, sent) -> {
          if (sent.written()) {
            array.getSegment().copyFrom(sent.bytes().data());
          }
        });
  }

  private static List<Byte> bits(Object value, int index) {
    ByteBuffer bits = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    switch (value) {
      case Byte number -> bits.put(number);
      case Short number -> bits.putShort(number);
      case Integer number -> bits.putInt(number);
      case Long number -> bits.putLong(number);
      case Float number -> bits.putFloat(number);
      case Double number -> bits.putDouble(number);
      case null, default ->
          throw SquallException.invalidInput(
              "parameter %d of the kernel is %s: expected an array of the TornadoVM API or a number"
                  .formatted(
                      index, value == null ? "missing" : "a " + value.getClass().getSimpleName()));
    }
    List<Byte> bytes = new ArrayList<>();
    for (int i = 0; i < bits.position(); i++) {
      bytes.add(bits.get(i));
    }
    return bytes;
  }
}
