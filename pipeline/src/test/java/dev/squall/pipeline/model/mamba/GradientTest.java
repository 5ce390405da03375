package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reverse modes against central differences of independent forward code in double precision. */
class GradientTest {
  private static final double STEP = 1e-5;

  /** Gradients are in single precision; errors are relative to the largest of a tensor. */
  private static final double TOLERANCE = 2e-5;

  private final SplittableRandom random = new SplittableRandom(42);
  private final SegmentModel model = SmallModel.random(11);

  @Test
  void layerNorm() {
    LayerNorm norm = model.norm();
    double[][] x = normal(1, 7, model.channels());
    double[][] weights = normal(1, 7, model.channels());
    Plane gradient = new LayerNormGradient(norm).reverse(plane(x), plane(weights));
    assertGradient(x, in -> weighted(weights, SmallModel.norm(norm, in)), gradient);
  }

  @Test
  void convolution() {
    MambaBlock block = model.blocks().getFirst();
    double[][] x = normal(1, 9, block.inner());
    double[][] weights = normal(1, 9, block.inner());
    CentredConvolution convolution = new CentredConvolution(block.conv(), block.convBias());
    Plane gradient = Plane.of(block.inner(), 9);
    convolution.reverse(plane(weights), gradient);
    ToDoubleFunction<double[][]> loss =
        in -> {
          double sum = 0;
          for (int t = 0; t < in.length; t++) {
            for (int c = 0; c < block.inner(); c++) {
              double value = block.convBias().f32(c);
              for (int source = Math.max(0, t - 1); source <= Math.min(8, t + 2); source++) {
                value += block.conv().f32(c * 4L + source - t + 1) * in[source][c];
              }
              sum += weights[t][c] * value;
            }
          }
          return sum;
        };
    assertGradient(x, loss, gradient);
    assertThat(weighted(weights, byToken(convolution.forward(plane(x)))))
        .isCloseTo(loss.applyAsDouble(x), within(1e-4));
  }

  @Test
  void silu() {
    double[][] x = normal(3, 5, 6);
    double[][] weights = normal(1, 5, 6);
    Plane gradient = SigmoidPlane.reverseSilu(plane(x), plane(weights));
    ToDoubleFunction<double[][]> loss =
        in -> {
          double sum = 0;
          for (int t = 0; t < in.length; t++) {
            for (int c = 0; c < in[t].length; c++) {
              sum += weights[t][c] * SmallModel.silu(in[t][c]);
            }
          }
          return sum;
        };
    assertGradient(x, loss, gradient);
  }

  /** More states than lanes of a vector, and fewer; one token, and a few. */
  @ParameterizedTest
  @CsvSource({"1, 3", "2, 16", "11, 5", "13, 17"})
  void scansBothWaysAndWhatPatchesSee(int tokens, int states) {
    int channels = 4;
    double[][] u = normal(1, tokens, channels);
    double[][] delta = positive(tokens, channels);
    double[][] a = positive(channels, states);
    for (double[] row : a) {
      for (int n = 0; n < states; n++) {
        row[n] = (float) -row[n];
      }
    }
    double[][] b = normal(1, tokens, states);
    double[][] c = normal(1, tokens, states);
    double[] d = normal(1, 1, channels)[0];
    Neighbourhoods patches = Neighbourhoods.text(tokens, 5, 2);
    double[][] shares = DoubleModel.shares(delta, patches);
    double[][] ofY = normal(1, tokens, channels);
    double[][] ofPatched = normal(1, patches.patches(), channels);

    ScanGradient scan = new ScanGradient(tokens, states);
    ScanGradient.Operands operands =
        new ScanGradient.Operands(
            plane(u),
            plane(delta),
            tensor(a),
            scan.byToken(plane(b), 0),
            scan.byToken(plane(c), 0),
            tensor(new double[][] {d}).reshape(channels));
    float[][] floatShares = new float[shares.length][];
    for (int p = 0; p < shares.length; p++) {
      floatShares[p] = new float[shares[p].length];
      for (int i = 0; i < shares[p].length; i++) {
        floatShares[p][i] = (float) shares[p][i];
      }
    }
    ScanGradient.Results results = scan.forward(operands, patches, floatShares);
    DoubleModel.Scans expected = DoubleModel.scans(u, delta, a, b, c, d, patches, shares);
    assertClose(byToken(results.y()), expected.y());
    assertClose(byToken(results.patched()), expected.patched());

    ScanGradient.Gradients gradients =
        scan.reverse(operands, patches, floatShares, plane(ofY), plane(ofPatched));
    ToDoubleFunction<DoubleModel.Scans> loss =
        scans -> weighted(ofY, scans.y()) + weighted(ofPatched, scans.patched());
    assertGradient(
        u,
        in -> loss.applyAsDouble(DoubleModel.scans(in, delta, a, b, c, d, patches, shares)),
        gradients.u());
    assertGradient(
        delta,
        in -> loss.applyAsDouble(DoubleModel.scans(u, in, a, b, c, d, patches, shares)),
        gradients.delta());
    Plane rows = Plane.of(2 * states, tokens);
    scan.byState(gradients.b(), rows, 0);
    scan.byState(gradients.c(), rows, states);
    assertGradient(
        b,
        in -> loss.applyAsDouble(DoubleModel.scans(u, delta, a, in, c, d, patches, shares)),
        part(rows, 0, states));
    assertGradient(
        c,
        in -> loss.applyAsDouble(DoubleModel.scans(u, delta, a, b, in, d, patches, shares)),
        part(rows, states, states));
    double[][] ofShares = new double[shares.length][];
    for (int p = 0; p < shares.length; p++) {
      ofShares[p] = new double[shares[p].length];
      for (int i = 0; i < shares[p].length; i++) {
        ofShares[p][i] = gradients.shares()[p][i];
      }
    }
    assertGradient(
        shares,
        in -> loss.applyAsDouble(DoubleModel.scans(u, delta, a, b, c, d, patches, in)),
        ofShares);
  }

  @Test
  void sharesOfAPatch() {
    Neighbourhoods patches = Neighbourhoods.image(3, 4, 3);
    double[][] steps = positive(12, 1);
    float[] means = new float[12];
    for (int t = 0; t < 12; t++) {
      means[t] = (float) steps[t][0];
    }
    float[][] weights = new float[12][];
    double[][] ofShares = new double[12][];
    for (int p = 0; p < 12; p++) {
      ofShares[p] = normal(1, 1, patches.members()[p].length)[0];
      weights[p] = new float[ofShares[p].length];
      for (int i = 0; i < weights[p].length; i++) {
        weights[p][i] = (float) ofShares[p][i];
      }
    }
    float[] gradient = new float[12];
    patches.reverseShares(means, weights, gradient);
    double[][] own = new double[12][1];
    for (int t = 0; t < 12; t++) {
      own[t][0] = gradient[t];
    }
    assertGradient(steps, in -> weighted(ofShares, DoubleModel.shares(in, patches)), own);
  }

  @ParameterizedTest
  @ValueSource(doubles = {.07, 1})
  void contrastiveLoss(double temperature) {
    double[][] features = normal(1, 15, 6);
    ContrastiveLoss.Result own = new ContrastiveLoss(4, temperature).of(plane(features));
    assertThat(own.value()).isCloseTo(DoubleModel.contrast(features, 4, temperature), within(1e-6));
    assertGradient(features, in -> DoubleModel.contrast(in, 4, temperature), own.gradient());
  }

  /** Where all patches are alike every other is as good a positive: log(others / positives). */
  @Test
  void contrastiveLossOfEqualPatches() {
    Plane equal = Plane.of(3, 9);
    for (int t = 0; t < 9; t++) {
      equal.set(1, t, 2);
    }
    assertThat(new ContrastiveLoss(2, .1).of(equal).value()).isCloseTo(Math.log(4), within(1e-9));
  }

  @Test
  void targetLoss() {
    double[][] logits = normal(2, 8, 5);
    int[] labels = {0, 4, 4, 2, 1, 0, 3, 3};
    TargetLoss.Result own = new TargetLoss(labels).of(plane(logits));
    assertThat(own.value()).isCloseTo(DoubleModel.target(logits, labels), within(1e-6));
    assertGradient(logits, in -> DoubleModel.target(in, labels), own.gradient());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12})
  void aWholeBlock(int tokens) {
    MambaBlock block = model.blocks().getFirst();
    Neighbourhoods patches = Neighbourhoods.text(tokens, 3, 2);
    double[][] x = normal(1, tokens, model.channels());
    double[][] ofOut = normal(1, tokens, model.channels());
    double[][] ofPatched = normal(1, patches.patches(), block.inner());
    ScanGradient scan = new ScanGradient(tokens, block.states());
    BlockGradient own = new BlockGradient(block);
    BlockGradient.Tape tape = own.forward(plane(x), patches, scan);
    DoubleModel.Scans expected = DoubleModel.block(block, x, patches);
    assertClose(byToken(tape.out()), expected.y());
    assertClose(byToken(tape.patched()), expected.patched());
    Plane gradient = own.reverse(tape, plane(ofOut), plane(ofPatched), patches, scan);
    assertGradient(
        x,
        in -> {
          DoubleModel.Scans scans = DoubleModel.block(block, in, patches);
          return weighted(ofOut, scans.y()) + weighted(ofPatched, scans.patched());
        },
        gradient);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0, 1", ".7, 1.3"})
  void theWholeModel(double contrast, double target) {
    int tokens = 14;
    SynthesisSettings settings =
        SynthesisSettings.usual()
            .withPatches(3, 2, 2, .2)
            .withSize(1, tokens)
            .withLosses(contrast, target);
    Neighbourhoods patches = Neighbourhoods.text(tokens, 3, 2);
    double[][] x = normal(1, tokens, model.channels());
    int[] labels = new SampleSynthesis(model, settings).labels(3);
    ModelGradient own = new ModelGradient(model, settings);
    ModelGradient.Result result =
        own.of(plane(x), new TargetLoss(labels), patches, own.scratch(tokens));
    assertThat(contrast * result.contrast() + target * result.target())
        .isCloseTo(DoubleModel.loss(model, x, labels, patches, settings), within(1e-5));
    assertGradient(
        x, in -> DoubleModel.loss(model, in, labels, patches, settings), result.gradient());
  }

  /** The model's own forward pass and that of the gradients are the same function. */
  @Test
  void theForwardPassIsTheModels() {
    int[] tokens = new int[70];
    for (int t = 0; t < tokens.length; t++) {
      tokens[t] = t * 7 % SmallModel.IDS;
    }
    HostThreads threads = HostThreads.all();
    Plane x = model.embed(tokens);
    Plane expected = model.through(1, x, new FloatArithmetic(threads), threads);
    BlockGradient.Tape tape =
        new BlockGradient(model.blocks().getFirst())
            .forward(
                x,
                Neighbourhoods.text(tokens.length, 5, 4),
                new ScanGradient(tokens.length, model.blocks().getFirst().states()));
    for (int c = 0; c < x.channels(); c++) {
      for (int t = 0; t < tokens.length; t++) {
        assertThat((double) x.at(c, t) + tape.out().at(c, t))
            .isCloseTo(expected.at(c, t), within(1e-5));
      }
    }
  }

  @Test
  void descentLowersBothLosses() {
    SynthesisSettings settings =
        SynthesisSettings.usual().withPatches(3, 2, 4, .2).withSize(3, 40).withDescent(60, .1, 5);
    List<SampleSynthesis.Sample> samples =
        new SampleSynthesis(model, settings).run(HostThreads.all(), done -> {});
    assertThat(samples).hasSize(3);
    for (SampleSynthesis.Sample sample : samples) {
      assertThat(sample.after()[0]).isLessThan(sample.before()[0]);
      assertThat(sample.after()[1]).isLessThan(.5 * sample.before()[1]);
    }
  }

  @Test
  void descentGivesTheSameSamplesWithAnyNumberOfThreads() {
    SynthesisSettings settings =
        SynthesisSettings.usual().withPatches(3, 2, 4, .2).withSize(2, 30).withDescent(3, .1, 5);
    SampleSynthesis synthesis = new SampleSynthesis(model, settings);
    List<SampleSynthesis.Sample> one = synthesis.run(HostThreads.of(1), done -> {});
    List<SampleSynthesis.Sample> two = synthesis.run(HostThreads.of(2), done -> {});
    for (int i = 0; i < one.size(); i++) {
      assertThat(byToken(one.get(i).plane())).isDeepEqualTo(byToken(two.get(i).plane()));
    }
  }

  private void assertGradient(double[][] at, ToDoubleFunction<double[][]> loss, Plane own) {
    assertGradient(at, loss, byToken(own));
  }

  private void assertGradient(double[][] at, ToDoubleFunction<double[][]> loss, double[][] own) {
    double[][] expected = new double[at.length][];
    double largest = 0;
    for (int i = 0; i < at.length; i++) {
      expected[i] = new double[at[i].length];
      for (int j = 0; j < at[i].length; j++) {
        double value = at[i][j];
        at[i][j] = value + STEP;
        double above = loss.applyAsDouble(at);
        at[i][j] = value - STEP;
        double below = loss.applyAsDouble(at);
        at[i][j] = value;
        expected[i][j] = (above - below) / (2 * STEP);
        largest = Math.max(largest, Math.abs(expected[i][j]));
      }
    }
    assertThat(largest).isPositive();
    for (int i = 0; i < at.length; i++) {
      for (int j = 0; j < at[i].length; j++) {
        assertThat(own[i][j])
            .as("gradient at [%d][%d]", i, j)
            .isCloseTo(expected[i][j], within(TOLERANCE * largest));
      }
    }
  }

  private static void assertClose(double[][] own, double[][] expected) {
    for (int i = 0; i < own.length; i++) {
      for (int j = 0; j < own[i].length; j++) {
        assertThat(own[i][j]).isCloseTo(expected[i][j], within(1e-4));
      }
    }
  }

  private static double weighted(double[][] weights, double[][] values) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      for (int j = 0; j < weights[i].length; j++) {
        sum += weights[i][j] * values[i][j];
      }
    }
    return sum;
  }

  /** Numbers of single precision, so that both sides start from the same. */
  private double[][] normal(double size, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) (size * random.nextGaussian());
      }
    }
    return values;
  }

  private double[][] positive(int rows, int columns) {
    double[][] values = normal(.5, rows, columns);
    for (double[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) Math.exp(row[i]);
      }
    }
    return values;
  }

  private static Plane plane(double[][] byToken) {
    Plane plane = Plane.of(byToken[0].length, byToken.length);
    for (int t = 0; t < byToken.length; t++) {
      for (int c = 0; c < byToken[t].length; c++) {
        plane.set(c, t, (float) byToken[t][c]);
      }
    }
    return plane;
  }

  private static double[][] byToken(Plane plane) {
    double[][] values = new double[plane.tokens()][plane.channels()];
    for (int t = 0; t < values.length; t++) {
      for (int c = 0; c < values[t].length; c++) {
        values[t][c] = plane.at(c, t);
      }
    }
    return values;
  }

  private static Plane part(Plane rows, int from, int count) {
    Plane part = Plane.of(count, rows.tokens());
    for (int n = 0; n < count; n++) {
      for (int t = 0; t < rows.tokens(); t++) {
        part.set(n, t, rows.at(from + n, t));
      }
    }
    return part;
  }

  private static Tensor tensor(double[][] rows) {
    Tensor tensor = Tensor.allocate(ElementType.F32, rows.length, rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        tensor.f32((long) i * rows[i].length + j, (float) rows[i][j]);
      }
    }
    return tensor;
  }
}
