package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.frontier.task.Exercise;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Continuation;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs the cells of a plan that a file does not hold yet. */
public final class Sweep {
  private final Decoder decoder;
  private final Plan plan;
  private final int decodedTokens;
  private final SweepFile file;
  private final HostThreads threads;
  private final SweepTexts texts;
  private final Writer writer;
  private final AttentionMethods attention = AttentionMethods.load();

  /**
   * @param text whose perplexity is taken; null if it is made up
   * @param decodedTokens last tokens of a text that methods of decoding are scored on
   */
  public Sweep(
      Decoder decoder,
      Plan plan,
      long seed,
      String text,
      int decodedTokens,
      SweepFile file,
      HostThreads threads) {
    this.decoder = decoder;
    this.plan = plan;
    this.decodedTokens = decodedTokens;
    this.file = file;
    this.threads = threads;
    this.texts = new SweepTexts(decoder.tokenizer(), seed, text);
    this.writer = new Writer(decoder.tokenizer());
  }

  /**
   * Looks for what would stop the sweep before anything is run: lengths beyond the context, tasks
   * that do not fit a length, parameters that a method does not take.
   *
   * @throws SquallException INVALID_INPUT
   */
  public void check() {
    plan.settings()
        .forEach(
            (length, settings) -> {
              for (Task task : plan.tasks()) {
                checkFits(task, length);
              }
              settings.forEach(this::checkParameters);
            });
  }

  private void checkFits(Task task, int length) {
    int more = 0;
    if (task.answers()) {
      more = writer.most(texts.exercise(task, 0, length));
    } else if (length <= Math.max(1, decodedTokens)) {
      throw SquallException.invalidInput(
          "length %d: perplexity needs more than the %d tokens that are decoded (--decoded-tokens)"
              .formatted(length, decodedTokens));
    } else {
      texts.perplexityTokens(0, length);
    }
    if (length + more > decoder.shape().context()) {
      throw SquallException.invalidInput(
          "length %d: with %d tokens of answers the task %s exceeds the model's context of %d"
              .formatted(length, more, task.label(), decoder.shape().context()));
    }
  }

  private void checkParameters(Setting setting) {
    if (setting.phase() == Phase.DECODE) {
      DecodeChoice.open(setting);
    } else {
      PrefillCheck.bind(attention.method(setting.method(), setting.parameters()), decoder.shape());
    }
  }

  /**
   * @param progress is told what is about to run
   */
  public void run(Consumer<String> progress) {
    int done = (int) file.cells().keySet().stream().filter(this::planned).count();
    for (int sample = 0; sample < plan.samples(); sample++) {
      for (Map.Entry<Integer, List<Setting>> length : plan.settings().entrySet()) {
        for (Task task : plan.tasks()) {
          List<CellKey> missing = missing(length.getValue(), task, length.getKey(), sample);
          progress.accept(
              "%d of %d cells; %s at %d tokens, sample %d"
                  .formatted(done, plan.cells(), task.label(), length.getKey(), sample + 1));
          run(task, length.getKey(), sample, missing);
          done += missing.size();
        }
      }
    }
  }

  private boolean planned(CellKey key) {
    return key.sample() < plan.samples()
        && plan.tasks().contains(key.task())
        && plan.settings().getOrDefault(key.length(), List.of()).contains(key.setting());
  }

  private List<CellKey> missing(List<Setting> settings, Task task, int length, int sample) {
    return settings.stream()
        .map(setting -> new CellKey(setting, task, length, sample))
        .filter(key -> !file.has(key))
        .toList();
  }

  private void run(Task task, int length, int sample, List<CellKey> keys) {
    if (keys.isEmpty()) {
      return;
    }
    List<CellKey> decoding =
        keys.stream().filter(key -> key.setting().phase() == Phase.DECODE).toList();
    if (task.answers()) {
      Exercise exercise = texts.exercise(task, sample, length);
      int[] opening = texts.opening(exercise);
      for (CellKey key : keys) {
        if (key.setting().phase() == Phase.PREFILL) {
          file.add(answered(key, exercise, opening));
        }
      }
      answeredDecoding(decoding, exercise, opening);
    } else {
      int[] tokens = texts.perplexityTokens(sample, length);
      for (CellKey key : keys) {
        if (key.setting().phase() == Phase.PREFILL) {
          file.add(scored(key, tokens));
        }
      }
      scoredDecoding(decoding, tokens);
    }
  }

  private LayerFigures figures(CellKey key) {
    return new LayerFigures(decoder.shape(), plan.recall() && key.sample() == 0);
  }

  private PrefillAttention method(CellKey key) {
    return attention.method(key.setting().method(), key.setting().parameters());
  }

  private Cell answered(CellKey key, Exercise exercise, int[] opening) {
    LayerFigures figures = figures(key);
    Continuation prompt =
        Continuation.of(decoder, opening, method(key), writer.most(exercise), figures, threads);
    long start = System.nanoTime();
    Writer.Written written = writer.fill(exercise, prompt, DecodeChoice.dense());
    double seconds = (System.nanoTime() - start) * 1e-9;
    return cell(key, figures, prompt.prefill(), written, exercise, seconds);
  }

  /** One dense prompt for all methods; each begins behind it. */
  private void answeredDecoding(List<CellKey> cells, Exercise exercise, int[] opening) {
    if (cells.isEmpty()) {
      return;
    }
    Map<CellKey, CountedKeys> keys = open(cells);
    Continuation prompt =
        Continuation.of(
            decoder,
            opening,
            AttentionMethods.dense(),
            writer.most(exercise),
            new PromptWatch(decoder.shape(), keys.values()),
            threads);
    keys.forEach(
        (key, counted) -> {
          long start = System.nanoTime();
          Writer.Written written = writer.fill(exercise, prompt, counted);
          double seconds = (System.nanoTime() - start) * 1e-9;
          file.add(
              cell(
                  key,
                  LayerFigures.ofDecoding(counted),
                  prompt.prefill(),
                  written,
                  exercise,
                  seconds));
        });
  }

  private Cell scored(CellKey key, int[] tokens) {
    LayerFigures figures = figures(key);
    PrefillResult result = Prefill.run(decoder, tokens, method(key), null, figures, threads);
    double perplexity = VocabularyScores.of(decoder, tokens, result.hidden(), threads).perplexity();
    return cell(key, figures, result, Math.log(perplexity), 0);
  }

  private void scoredDecoding(List<CellKey> cells, int[] tokens) {
    if (cells.isEmpty()) {
      return;
    }
    Map<CellKey, CountedKeys> keys = open(cells);
    int before = tokens.length - decodedTokens;
    Continuation prompt =
        Continuation.of(
            decoder,
            Arrays.copyOf(tokens, before),
            AttentionMethods.dense(),
            decodedTokens,
            new PromptWatch(decoder.shape(), keys.values()),
            threads);
    keys.forEach(
        (key, counted) -> {
          long start = System.nanoTime();
          prompt.restart(counted);
          // The first token behind the prompt follows from the prompt alone, which is dense.
          double loss = 0;
          for (int i = before; i + 1 < tokens.length; i++) {
            loss -= logProbability(prompt.next(tokens[i]), tokens[i + 1]);
          }
          double seconds = (System.nanoTime() - start) * 1e-9;
          file.add(
              cell(
                  key,
                  LayerFigures.ofDecoding(counted),
                  prompt.prefill(),
                  loss / (decodedTokens - 1),
                  seconds));
        });
  }

  private static Map<CellKey, CountedKeys> open(List<CellKey> cells) {
    Map<CellKey, CountedKeys> keys = new LinkedHashMap<>();
    cells.forEach(key -> keys.put(key, new CountedKeys(DecodeChoice.open(key.setting()))));
    return keys;
  }

  private static double logProbability(float[] logits, int token) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - most);
    }
    return logits[token] - most - Math.log(sum);
  }

  private static Cell cell(
      CellKey key,
      LayerFigures figures,
      PrefillResult prefill,
      Writer.Written written,
      Exercise exercise,
      double decodeSeconds) {
    List<String> expected = new ArrayList<>();
    exercise.blanks().forEach(blank -> expected.add(blank.answer().expected()));
    return new Cell(
        key,
        written.score(),
        exercise.chance(),
        written.parsed(),
        Double.NaN,
        prefill.tokens(),
        figures.density(),
        figures.wholeDensity(),
        figures.recall(),
        prefill.seconds(),
        prefill.attentionSeconds(),
        decodeSeconds,
        written.answers(),
        List.copyOf(expected));
  }

  private static Cell cell(
      CellKey key, LayerFigures figures, PrefillResult prefill, double loss, double decodeSeconds) {
    return new Cell(
        key,
        Math.exp(-loss),
        Double.NaN,
        1,
        loss,
        prefill.tokens(),
        figures.density(),
        figures.wholeDensity(),
        figures.recall(),
        prefill.seconds(),
        prefill.attentionSeconds(),
        decodeSeconds,
        List.of(),
        List.of());
  }
}
