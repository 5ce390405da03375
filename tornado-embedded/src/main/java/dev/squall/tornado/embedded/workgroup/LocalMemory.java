package dev.squall.tornado.embedded.workgroup;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * The arrays that the work-items of one group share. The n-th request of every work-item names the
 * same array, as the n-th declaration of a local array does on a device.
 */
final class LocalMemory {
  private final List<Object> arrays = new ArrayList<>();

  /**
   * Returns the array of the given request, made on the first one.
   *
   * @param poisoned makes an array of the given size filled with a pattern, never with zeros:
   *     devices leave local memory uninitialised, and a kernel that forgets to write must show it
   */
  <T> T array(int request, Class<T> type, int size, IntFunction<T> poisoned) {
    if (request == arrays.size()) {
      arrays.add(poisoned.apply(size));
    }
    Object array = arrays.get(request);
    if (array.getClass() != type || Array.getLength(array) != size) {
      throw new TornadoRuntimeException(
          "local array %d is %s here but %s in another work-item of the group: allocate local arrays in the same order and sizes everywhere"
              .formatted(
                  request + 1,
                  describe(type, size),
                  describe(array.getClass(), Array.getLength(array))));
    }
    return type.cast(array);
  }

  private static String describe(Class<?> type, int size) {
    return type.getComponentType().getSimpleName() + "[" + size + "]";
  }
}
