package dev.squall.pipeline.engine;

/**
 * Copies between the host's memory and a device's that were made.
 *
 * @param in tensors copied to the device
 * @param out tensors copied back
 */
public record Copies(int in, long bytesIn, int out, long bytesOut) {
  public static final Copies NONE = new Copies(0, 0, 0, 0);

  /** One more tensor to the device. */
  public Copies plusIn(long bytes) {
    return new Copies(in + 1, bytesIn + bytes, out, bytesOut);
  }

  /** One more tensor from the device. */
  public Copies plusOut(long bytes) {
    return new Copies(in, bytesIn, out + 1, bytesOut + bytes);
  }

  public Copies plus(Copies other) {
    return new Copies(
        in + other.in, bytesIn + other.bytesIn, out + other.out, bytesOut + other.bytesOut);
  }
}
