package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Holds quantised models against single precision, window by window of a text. */
final class ModelEvaluation {
  /** Types with fewer bytes in the text say nothing. */
  private static final int FEW = 100;

  private final SegmentModel model;
  private final long exactBytes;
  private final int rounds;
  private final HostThreads threads;
  private final KernelCalls calls;
  private final String device;
  private final int[] tokens;

  /**
   * @param calls where kernels run
   * @param device its name
   */
  ModelEvaluation(
      SegmentModel model,
      long exactBytes,
      byte[] text,
      int rounds,
      HostThreads threads,
      KernelCalls calls,
      String device) {
    if (text.length == 0) {
      throw SquallException.invalidInput("the text is empty: there is nothing to evaluate on");
    }
    this.model = model;
    this.exactBytes = exactBytes;
    this.rounds = rounds;
    this.threads = threads;
    this.calls = calls;
    this.device = device;
    tokens = ByteTokens.of(text);
  }

  /** The row of single precision first, then one a candidate. */
  List<EvaluationRow> evaluate(List<String> names, List<QuantizedModel> candidates) {
    int window = candidates.isEmpty() ? 512 : candidates.getFirst().settings().window();
    for (QuantizedModel candidate : candidates) {
      if (candidate.settings().window() != window) {
        throw SquallException.invalidInput(
            "windows of %d and of %d steps cannot be compared: evaluate them one by one"
                .formatted(window, candidate.settings().window()));
      }
    }
    BlockArithmetic exact = new FloatArithmetic(threads, calls);
    List<QuantizedArithmetic> quantized =
        candidates.stream().map(c -> new QuantizedArithmetic(c, calls)).toList();
    double[][] times = new double[candidates.size() + 1][rounds];
    Outcome[] outcomes = new Outcome[candidates.size() + 1];
    // Rounds go over all models, so that a disturbance meets all alike.
    for (int round = -1; round < rounds; round++) {
      for (int i = 0; i <= candidates.size(); i++) {
        SegmentModel own = i == 0 ? model : candidates.get(i - 1).exact();
        BlockArithmetic arithmetic = i == 0 ? exact : quantized.get(i - 1);
        long start = System.nanoTime();
        Outcome outcome = run(own, arithmetic, window);
        if (round >= 0) {
          times[i][round] = (System.nanoTime() - start) / 1e6;
        }
        outcomes[i] = outcome;
      }
    }
    List<EvaluationRow> rows = new ArrayList<>();
    rows.add(row("", null, outcomes[0], outcomes[0], 0, times[0]));
    for (int i = 0; i < candidates.size(); i++) {
      rows.add(
          row(
              names.get(i),
              candidates.get(i),
              outcomes[0],
              outcomes[i + 1],
              quantized.get(i).outlierShare(),
              times[i + 1]));
    }
    return rows;
  }

  /** Logits, [token][type]. */
  private record Outcome(float[][] logits, int[] labels) {}

  private Outcome run(SegmentModel own, BlockArithmetic arithmetic, int window) {
    float[][] logits = new float[tokens.length][];
    int[] labels = new int[tokens.length];
    for (int from = 0; from < tokens.length; from += window) {
      int to = Math.min(tokens.length, from + window);
      Plane out = own.logits(Arrays.copyOfRange(tokens, from, to), arithmetic, threads);
      for (int t = from; t < to; t++) {
        logits[t] = new float[own.classes()];
        for (int type = 0; type < own.classes(); type++) {
          logits[t][type] = out.at(type, t - from);
          if (logits[t][type] > logits[t][labels[t]]) {
            labels[t] = type;
          }
        }
      }
    }
    return new Outcome(logits, labels);
  }

  private EvaluationRow row(
      String name,
      QuantizedModel candidate,
      Outcome exact,
      Outcome own,
      double outlierShare,
      double[] times) {
    int classes = model.classes();
    int[] all = new int[classes];
    int[] equal = new int[classes];
    int agree = 0;
    double squares = 0;
    double sum = 0;
    double spread = 0;
    for (int t = 0; t < tokens.length; t++) {
      all[exact.labels()[t]]++;
      if (exact.labels()[t] == own.labels()[t]) {
        equal[exact.labels()[t]]++;
        agree++;
      }
      for (int type = 0; type < classes; type++) {
        double difference = own.logits()[t][type] - exact.logits()[t][type];
        squares += difference * difference;
        sum += exact.logits()[t][type];
        spread += (double) exact.logits()[t][type] * exact.logits()[t][type];
      }
    }
    int worst = worst(all, equal);
    double count = (double) tokens.length * classes;
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return new EvaluationRow(
        name,
        device,
        candidate == null ? null : candidate.settings(),
        candidate == null ? "" : candidate.calibration(),
        (double) agree / tokens.length,
        worst < 0 ? 1 : (double) equal[worst] / all[worst],
        worst < 0 ? "" : ContentTypes.NAMES.get(worst),
        Math.sqrt(squares / count),
        Math.sqrt(spread / count - sum / count * (sum / count)),
        outlierShare,
        candidate == null ? exactBytes : ModelSize.quantizedBytes(candidate),
        sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2]);
  }

  /** The type with the smallest share of equal labels, −1 if no type has enough bytes. */
  private static int worst(int[] all, int[] equal) {
    int worst = -1;
    for (int type = 0; type < all.length; type++) {
      if (all[type] >= FEW
          && (worst < 0 || (long) equal[type] * all[worst] < (long) equal[worst] * all[type])) {
        worst = type;
      }
    }
    return worst;
  }
}
