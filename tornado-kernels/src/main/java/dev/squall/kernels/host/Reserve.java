package dev.squall.kernels.host;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Large arrays that calls leave for later ones: fresh ones, zeroed and got page by page from the
 * operating system, can cost a call as much time as its work. What is kept is bounded, and given up
 * when memory is short. For all threads.
 */
public final class Reserve {
  private record Kept(int length, SoftReference<float[]> array) {}

  private final long mostFloats;
  private final Deque<Kept> kept = new ArrayDeque<>();
  private long floats;

  /**
   * @param mostBytes that are kept
   */
  public Reserve(long mostBytes) {
    this.mostFloats = mostBytes / Float.BYTES;
  }

  /** An array of {@code length} that holds anything. */
  public float[] take(int length) {
    float[] old = find(length);
    return old == null ? new float[length] : old;
  }

  private synchronized float[] find(int length) {
    for (Iterator<Kept> each = kept.iterator(); each.hasNext(); ) {
      Kept one = each.next();
      float[] array = one.array().get();
      if (array == null || one.length() == length) {
        each.remove();
        floats -= one.length();
      }
      if (array != null && one.length() == length) {
        return array;
      }
    }
    return null;
  }

  /** Leaves an array that nobody uses any more. The ones left longest ago go first. */
  public synchronized void leave(float[] array) {
    kept.addFirst(new Kept(array.length, new SoftReference<>(array)));
    floats += array.length;
    while (floats > mostFloats) {
      floats -= kept.removeLast().length();
    }
  }
}
