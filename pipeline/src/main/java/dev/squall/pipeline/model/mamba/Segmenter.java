package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Names the content type of every byte of a text. Texts up to {@link #WINDOW} bytes are seen whole;
 * longer ones in windows that overlap by twice {@link #CONTEXT} bytes, of which each side's half is
 * context alone.
 */
public final class Segmenter {
  static final int WINDOW = 1 << 16;
  static final int CONTEXT = 2048;

  private final SegmentModel model;
  private final BlockArithmetic arithmetic;
  private final HostThreads threads;

  Segmenter(SegmentModel model, BlockArithmetic arithmetic, HostThreads threads) {
    this.model = model;
    this.arithmetic = arithmetic;
    this.threads = threads;
  }

  /**
   * In single precision.
   *
   * @param weights the file {@code mamba_al.npz} of typeseg
   */
  public static Segmenter open(Path weights, HostThreads threads) {
    return new Segmenter(SegmentWeights.read(weights), new FloatArithmetic(threads), threads);
  }

  /**
   * A run of bytes of one type.
   *
   * @param from first byte
   * @param to byte behind the last
   * @param confidence mean probability of the type
   */
  public record Segment(int from, int to, String type, double confidence) {}

  /**
   * Logits of every byte, f32[bytes, types].
   *
   * @throws SquallException INVALID_INPUT for an empty text
   */
  public Tensor logits(byte[] text) {
    if (text.length == 0) {
      throw SquallException.invalidInput("the text is empty: there is nothing to segment");
    }
    int[] tokens = ByteTokens.of(text);
    Tensor logits = Tensor.allocate(ElementType.F32, text.length, model.classes());
    int kept = text.length <= WINDOW ? text.length : WINDOW - 2 * CONTEXT;
    for (int from = 0; from < text.length; from += kept) {
      int to = Math.min(text.length, from + kept);
      int first = Math.max(0, from - CONTEXT);
      int last = Math.min(text.length, to + CONTEXT);
      Plane window = model.logits(slice(tokens, first, last), arithmetic, threads);
      for (int byteIndex = from; byteIndex < to; byteIndex++) {
        for (int type = 0; type < model.classes(); type++) {
          logits.f32((long) byteIndex * model.classes() + type, window.at(type, byteIndex - first));
        }
      }
    }
    return logits;
  }

  private static int[] slice(int[] tokens, int from, int to) {
    return Arrays.copyOfRange(tokens, from, to);
  }

  /** The most likely type of each row. */
  public static int[] labels(Tensor logits) {
    int classes = (int) logits.dim(1);
    int[] labels = new int[(int) logits.dim(0)];
    for (int i = 0; i < labels.length; i++) {
      for (int type = 1; type < classes; type++) {
        if (logits.f32((long) i * classes + type) > logits.f32((long) i * classes + labels[i])) {
          labels[i] = type;
        }
      }
    }
    return labels;
  }

  /** Neighbouring bytes of one type, together. */
  public static List<Segment> segments(Tensor logits) {
    int[] labels = labels(logits);
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += probability(logits, i, labels[i]);
      if (i + 1 == labels.length || labels[i + 1] != labels[i]) {
        segments.add(
            new Segment(from, i + 1, ContentTypes.NAMES.get(labels[i]), sum / (i + 1 - from)));
        from = i + 1;
        sum = 0;
      }
    }
    return segments;
  }

  private static double probability(Tensor logits, int row, int label) {
    int classes = (int) logits.dim(1);
    double own = logits.f32((long) row * classes + label);
    double total = 0;
    for (int type = 0; type < classes; type++) {
      total += Math.exp(logits.f32((long) row * classes + type) - own);
    }
    return 1 / total;
  }
}
