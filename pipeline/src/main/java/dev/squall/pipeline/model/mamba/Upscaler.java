package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.mamba.Activations;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.vmamba.CrossScan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Enlarges images four times along each side with the super-resolution network of opensr-mamba
 * 0.0.1, which was made for red, green and blue reflectances of Sentinel-2 in 0 … 1. Its patch is
 * one pixel, so every size of image fits.
 */
public final class Upscaler {
  /** Pixels of an image; one needs about ten kilobytes on its way. */
  static final long MOST_PIXELS = 1 << 18;

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Kernel SCAN = new CrossScan();

  private final UpscaleModel model;
  private final HostThreads threads;
  private final KernelCalls calls;

  Upscaler(UpscaleModel model, HostThreads threads) {
    this.model = model;
    this.threads = threads;
    calls = new KernelCalls.Host(threads);
  }

  /**
   * @param checkpoint the file {@code srmodel.pth} of opensr-mamba
   * @throws SquallException INVALID_INPUT for a file that is none, or holds other tensors
   */
  public static Upscaler open(Path checkpoint, HostThreads threads) {
    return new Upscaler(UpscaleWeights.read(checkpoint), threads);
  }

  /**
   * @param image f32[colours, height, width]
   * @return f32[colours, 4 · height, 4 · width]
   * @throws SquallException INVALID_INPUT for an image of another form or with values that are not
   *     finite, OUT_OF_MEMORY when there is not enough for it
   */
  public Tensor enlarge(Tensor image) {
    check(image);
    return new Forward((int) image.dim(1), (int) image.dim(2)).run(image);
  }

  /** The same in double precision, slowly and on one thread. */
  public double[] reference(Tensor image) {
    check(image);
    return new UpscaleReference(model, (int) image.dim(1), (int) image.dim(2)).run(image);
  }

  private void check(Tensor image) {
    if (image.type() != ElementType.F32
        || image.rank() != 3
        || image.dim(0) != model.colours()
        || image.elements() == 0) {
      throw SquallException.invalidInput(
          "the image must be f32[%d, height, width], got %s".formatted(model.colours(), image));
    }
    long pixels = image.dim(1) * image.dim(2);
    if (pixels > MOST_PIXELS) {
      throw SquallException.invalidInput(
          "the image has %d × %d pixels, at most %d are enlarged at once; cut it up"
              .formatted(image.dim(1), image.dim(2), MOST_PIXELS));
    }
    for (long i = 0; i < image.elements(); i++) {
      if (!Float.isFinite(image.f32(i))) {
        throw SquallException.invalidInput(
            "the image has %s at [%d, %d, %d]"
                .formatted(
                    image.f32(i),
                    i / pixels,
                    i % pixels / image.dim(2),
                    i % pixels % image.dim(2)));
      }
    }
  }

  /** One image on its way through the network. */
  private final class Forward {
    private final int height;
    private final int width;
    private final int pixels;
    private final PixelTaps taps;

    private Forward(int height, int width) {
      this.height = height;
      this.width = width;
      pixels = height * width;
      taps = new PixelTaps(height, width);
    }

    private Tensor run(Tensor image) {
      Plane shallow = convolve(model.first(), Plane.of(image, model.colours(), pixels));
      Plane deep = model.embedded().apply(shallow);
      for (UpscaleModel.Group group : model.groups()) {
        Plane x = deep;
        for (PlaneBlock block : group.blocks()) {
          x = block(block, x);
        }
        x = convolve(group.conv(), x);
        add(x, deep);
        deep = x;
      }
      Plane body = convolve(model.body(), model.last().apply(deep));
      add(body, shallow);
      return shuffle(convolve(model.up(), body));
    }

    private Plane convolve(DenseLayer filters, Plane x) {
      return filters.apply(taps.gather(x), threads);
    }

    private Plane block(PlaneBlock block, Plane x) {
      Plane s = scan(block, block.before().apply(x));
      addScaled(s, block.skip(), x);
      Plane attention = block.after().apply(s);
      float[] ones = new float[attention.values().length];
      Arrays.fill(ones, 1);
      Activations.timesSigmoid(ones, attention.values(), 0, ones.length);
      Plane y = Plane.of(x.channels(), pixels);
      for (int i = 0; i < ones.length; i++) {
        y.values()[i] = ones[i] - 0.5f;
      }
      addScaled(y, block.secondSkip(), s);
      return y;
    }

    private Plane scan(PlaneBlock block, Plane x) {
      int inner = block.inner();
      Plane split = block.in().apply(x, threads);
      Plane u = taps.filter(rows(split, 0, inner), block.taps(), block.tapBias());
      silu(u);
      Plane selected = block.select().apply(u, threads);
      int states = block.states();
      Tensor delta = Tensor.allocate(ElementType.F32, PlaneBlock.DIRECTIONS, inner, height, width);
      long[] shape = {PlaneBlock.DIRECTIONS, 1, states, height, width};
      Tensor b = Tensor.allocate(ElementType.F32, shape);
      Tensor c = Tensor.allocate(ElementType.F32, shape);
      for (int k = 0; k < PlaneBlock.DIRECTIONS; k++) {
        int row = block.selected(k);
        Plane dt = rows(selected, row, block.stepRank());
        copy(block.steps().get(k).apply(dt, threads), 0, inner, delta, k * inner);
        copy(selected, row + block.stepRank(), states, b, k * states);
        copy(selected, row + block.stepRank() + states, states, c, k * states);
      }
      Map<String, Tensor> operands =
          Map.of(
              "u", u.tensor(0, inner, inner, height, width),
              "delta", delta,
              "a", block.a(),
              "b", b,
              "c", c,
              "d", block.d(),
              "delta_bias", block.stepBias());
      Tensor y = calls.run(SCAN, operands, Map.of()).out("y");
      Plane gated = block.scanned().apply(Plane.of(y, inner, pixels));
      Plane gate = rows(split, inner, inner);
      silu(gate);
      for (int i = 0; i < gate.values().length; i++) {
        gated.values()[i] *= gate.values()[i];
      }
      return block.out().apply(gated, threads);
    }

    private Plane rows(Plane from, int first, int count) {
      Plane rows = Plane.of(count, pixels);
      System.arraycopy(from.values(), from.row(first), rows.values(), 0, rows.values().length);
      return rows;
    }

    private void copy(Plane from, int first, int count, Tensor to, int row) {
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            from.values(),
            from.row(first + i),
            to.data(),
            F32,
            (long) (row + i) * pixels * Float.BYTES,
            pixels);
      }
    }

    /** Channels c · s² + i · s + j of a pixel become the pixels (i, j) of colour c in its place. */
    private Tensor shuffle(Plane x) {
      int s = model.scale();
      int colours = x.channels() / (s * s);
      Tensor image = Tensor.allocate(ElementType.F32, colours, (long) s * height, (long) s * width);
      for (int channel = 0; channel < x.channels(); channel++) {
        int colour = channel / (s * s);
        int down = channel / s % s;
        int right = channel % s;
        for (int i = 0; i < height; i++) {
          long line = ((long) colour * s * height + (long) i * s + down) * s * width;
          for (int j = 0; j < width; j++) {
            image.f32(line + (long) j * s + right, x.at(channel, i * width + j));
          }
        }
      }
      return image;
    }
  }

  private static void silu(Plane x) {
    Activations.timesSigmoid(x.values(), x.values(), 0, x.values().length);
  }

  private static void add(Plane x, Plane y) {
    for (int i = 0; i < x.values().length; i++) {
      x.values()[i] += y.values()[i];
    }
  }

  /** x += diag(factors) y. */
  private static void addScaled(Plane x, float[] factors, Plane y) {
    for (int channel = 0; channel < x.channels(); channel++) {
      float factor = factors[channel];
      for (int i = x.row(channel); i < x.row(channel) + x.tokens(); i++) {
        x.values()[i] += factor * y.values()[i];
      }
    }
  }
}
