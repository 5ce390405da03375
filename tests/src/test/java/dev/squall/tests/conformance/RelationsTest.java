package dev.squall.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How the outputs of two calls relate, whatever the reference says: a mistake that reference and
 * variant share shows here. All relations but the last are exact.
 */
class RelationsTest {
  private static final KernelCatalog CATALOG = KernelCatalog.load();
  private static final ConformanceDevices DEVICES = new ConformanceDevices();

  @AfterAll
  static void close() {
    DEVICES.close();
  }

  /**
   * Outputs that double, to the bit, when an input does: doubling rounds nothing.
   *
   * @param input the port to double
   * @param outputs what doubles with it; other outputs stay
   */
  private record Linear(ConformanceCase one, String input, List<String> outputs) {}

  private static List<Linear> linear() {
    return List.of(
        new Linear(first("attention.dense"), "v", List.of("o")),
        new Linear(first("attention.block_sparse"), "v", List.of("o")),
        new Linear(first("xattention.scores"), "q", List.of("scores")),
        new Linear(first("xattention.scores"), "k", List.of("scores")),
        new Linear(first("xattention.prefill"), "v", List.of("o")),
        new Linear(first("xattention.group_prefill"), "v", List.of("o")),
        new Linear(first("mminference.grid"), "v", List.of("o")),
        new Linear(first("frontier.vertical_slash"), "v", List.of("o")),
        new Linear(first("frontier.flexprefill"), "v", List.of("o")),
        new Linear(first("frontier.block_topk"), "v", List.of("o")),
        new Linear(first("frontier.quest"), "v", List.of("o")),
        new Linear(first("mminference.boundary"), "v", List.of("o")),
        new Linear(first("mamba.selective_scan"), "u", List.of("y", "last_state")),
        new Linear(first("mamba.selective_scan").optional(OptionalInputs.NONE), "c", List.of("y")),
        new Linear(
            ConformanceCase.of("mamba.conv1d", "C=9,L=67,W=4", "silu=false")
                .optional(OptionalInputs.NONE),
            "x",
            List.of("y", "last_state")),
        new Linear(first("ouromamba.linear"), "weight_scale", List.of("y")));
  }

  @TestFactory
  Stream<DynamicNode> doublingAnInputDoublesTheOutput() {
    return linear().stream()
        .flatMap(
            relation ->
                onEachVariant(
                    relation.one(),
                    "2 " + relation.input(),
                    trial -> {
                      Call once = trial.run(DEVICES);
                      Call twice = run(trial, doubled(once.inputs(), relation.input()));
                      once.outputs()
                          .forEach(
                              (port, out) -> {
                                boolean doubles = relation.outputs().contains(port);
                                requireEqual(port, times(out, doubles ? 2 : 1), twice.out(port));
                              });
                    }));
  }

  /**
   * Outputs that do not see later tokens.
   *
   * @param inputs ports to change from a token on, with the axis that counts tokens
   * @param output the port whose earlier tokens stay
   * @param axis the output's axis of tokens
   */
  private record Causal(
      ConformanceCase one, Map<String, Integer> inputs, String output, int axis) {}

  private static List<Causal> causal() {
    Map<String, Integer> attention = Map.of("q", 1, "k", 1, "v", 1);
    return List.of(
        new Causal(first("attention.dense"), attention, "o", 1),
        new Causal(first("attention.block_sparse"), attention, "o", 1),
        new Causal(first("mminference.grid"), attention, "o", 1),
        new Causal(
            first("mamba.selective_scan"),
            Map.of("u", 1, "delta", 1, "b", 2, "c", 2, "z", 1),
            "y",
            1),
        new Causal(first("mamba.conv1d"), Map.of("x", 1), "y", 1));
  }

  @TestFactory
  Stream<DynamicNode> theFutureDoesNotChangeThePast() {
    return causal().stream()
        .flatMap(
            relation ->
                onEachVariant(
                    relation.one(),
                    "causal",
                    trial -> {
                      Call before = trial.run(DEVICES);
                      int length = before.sizes().extent("L");
                      for (int token : new int[] {1, length / 2, length - 1}) {
                        Map<String, Tensor> inputs = new LinkedHashMap<>(before.inputs());
                        relation
                            .inputs()
                            .forEach(
                                (port, axis) ->
                                    inputs.put(port, halvedFrom(inputs.get(port), axis, token)));
                        Tensor changed = run(trial, inputs).out(relation.output());
                        Tensor kept = before.out(relation.output());
                        int differences = 0;
                        for (long i = 0; i < kept.elements(); i++) {
                          boolean past = position(kept, relation.axis(), i) < token;
                          if (past) {
                            assertThat(changed.f32(i)).as("token %d", token).isEqualTo(kept.f32(i));
                          } else if (changed.f32(i) != kept.f32(i)) {
                            differences++;
                          }
                        }
                        assertThat(differences).as("outputs from token %d on", token).isPositive();
                      }
                    }));
  }

  /** Heads know nothing of each other. */
  @TestFactory
  Stream<DynamicNode> headsInAnotherOrderGiveTheSameHeads() {
    return Stream.of(
            ConformanceCase.of("attention.dense", "H=3,L=31,D=7"),
            ConformanceCase.of("attention.block_sparse", "H=3,L=31,D=7", "block=16"),
            ConformanceCase.of("xattention.scores", "H=3,L=67,D=7"),
            ConformanceCase.of("xattention.scores", "H=3,L=67,D=7", "estimate=logmeanexp"),
            ConformanceCase.of("xattention.block_mass", "H=3,G=35"),
            ConformanceCase.of("xattention.select", "H=3,NB=17"),
            ConformanceCase.of("xattention.prefill", "H=3,L=67,D=7", "block=16"),
            ConformanceCase.of("xattention.group_prefill", "H=3,L=67,D=7", "block=16", "local=0"),
            ConformanceCase.of("mminference.grid", "H=3,L=67,D=7", "stride=5"),
            ConformanceCase.of("frontier.vertical_slash", "H=3,L=67,D=7", "verticals=9"),
            ConformanceCase.of("frontier.block_topk", "H=3,L=97,D=7", "top=4"))
        .flatMap(
            one ->
                onEachVariant(
                    one,
                    "heads",
                    trial -> {
                      Call forth = trial.run(DEVICES);
                      Map<String, Tensor> inputs = new LinkedHashMap<>();
                      forth.inputs().forEach((port, t) -> inputs.put(port, reversed(t)));
                      Call back = run(trial, inputs);
                      forth
                          .outputs()
                          .forEach((port, t) -> requireEqual(port, reversed(t), back.out(port)));
                    }));
  }

  /** A key/value head that two query heads share is two equal ones. */
  @TestFactory
  Stream<DynamicNode> sharedKeysAreRepeatedKeys() {
    return Stream.of(
            ConformanceCase.of("attention.dense", "H=4,Hk=2,L=29,D=9"),
            ConformanceCase.of("attention.block_sparse", "H=4,Hk=2,L=29,D=9", "block=16"),
            ConformanceCase.of("xattention.scores", "H=4,Hk=2,L=67,D=9"),
            ConformanceCase.of("xattention.prefill", "H=4,Hk=2,L=67,D=9", "block=16"),
            ConformanceCase.of("xattention.group_prefill", "H=4,Hk=2,L=67,D=9", "block=16"),
            ConformanceCase.of("mminference.grid", "H=4,Hk=2,L=67,D=9", "stride=5"),
            ConformanceCase.of("frontier.vertical_slash", "H=4,Hk=2,L=67,D=9", "verticals=9"),
            ConformanceCase.of("frontier.block_topk", "H=4,Hk=2,L=97,D=9", "top=4"))
        .flatMap(
            one ->
                onEachVariant(
                    one,
                    "shared keys",
                    trial -> {
                      Call shared = trial.run(DEVICES);
                      Map<String, Tensor> inputs = new LinkedHashMap<>(shared.inputs());
                      inputs.computeIfPresent("k", (port, t) -> repeated(t));
                      inputs.computeIfPresent("v", (port, t) -> repeated(t));
                      Call apart = run(trial, inputs);
                      shared.outputs().forEach((port, t) -> requireEqual(port, t, apart.out(port)));
                    }));
  }

  /** Negating mantissas negates weights; one more in the exponent doubles them. */
  @TestFactory
  Stream<DynamicNode> codesOfSeedsMeanWhatTheirFieldsSay() {
    ConformanceCase one = ConformanceCase.of("seedlm.decode", "stored=133");
    return onEachVariant(
        one,
        "codes",
        trial -> {
          // Exponent 0 and mantissas from −7 to 7, so that all changes stay in range.
          int[] words = new int[133];
          int[] doubled = new int[words.length];
          int[] negated = new int[words.length];
          for (int i = 0; i < words.length; i++) {
            int state = 1 + 491 * i;
            int[] mantissas = {i % 15 - 7, (i / 3) % 15 - 7, (i / 7) % 15 - 7};
            words[i] = word(state, 0, 1, mantissas);
            doubled[i] = word(state, 1, 1, mantissas);
            negated[i] = word(state, 0, -1, mantissas);
          }
          Tensor weights = decode(trial, words);
          requireEqual("w", times(weights, 2), decode(trial, doubled));
          requireEqual("w", times(weights, -1), decode(trial, negated));
        });
  }

  private static int word(int state, int exponent, int sign, int[] mantissas) {
    int word = state | (exponent + 8) << 16;
    for (int p = 0; p < mantissas.length; p++) {
      word |= (sign * mantissas[p] & 0xF) << (20 + 4 * p);
    }
    return word;
  }

  private static Tensor decode(Trial trial, int[] words) {
    return run(trial, Map.of("words", Tensor.of(words, words.length))).out("w");
  }

  /** What is not clipped comes back within half a step. */
  @TestFactory
  Stream<DynamicNode> quantizingLosesHalfAStepAtMost() {
    return Stream.of(first("ouromamba.quantize"))
        .flatMap(
            one ->
                onEachVariant(
                    one,
                    "round trip",
                    trial -> {
                      Call call = trial.run(DEVICES);
                      Tensor x = call.in("x");
                      int inliers = 0;
                      int outliers = 0;
                      for (long i = 0; i < x.elements(); i++) {
                        long token = i / x.dim(2);
                        double inlierStep = call.in("inlier_scale").f32(token % x.dim(1));
                        double outlierStep = call.out("outlier_scale").f32(token);
                        boolean outlier = call.out("outlier").u8(i) == 1;
                        double step = outlier ? outlierStep : inlierStep;
                        double back =
                            inlierStep * call.out("q_in").i8(i)
                                + outlierStep * call.out("q_out").i8(i);
                        if (outlier) {
                          outliers++;
                        } else if (Math.abs(x.f32(i)) <= 7 * inlierStep) {
                          inliers++;
                        } else {
                          continue;
                        }
                        assertThat(back)
                            .as("element %d", i)
                            .isCloseTo(x.f32(i), within(0.5 * step * (1 + 1e-6)));
                      }
                      assertThat(inliers).isPositive();
                      assertThat(outliers).isPositive();
                    }));
  }

  private static ConformanceCase first(String kernel) {
    return ConformanceCases.all().stream()
        .filter(one -> one.kernel().equals(kernel))
        .findFirst()
        .orElseThrow();
  }

  /** What is asked of a variant. */
  @FunctionalInterface
  private interface Relation {
    void check(Trial trial);
  }

  private static Stream<DynamicNode> onEachVariant(
      ConformanceCase one, String name, Relation relation) {
    List<DynamicNode> tests = new ArrayList<>();
    CATALOG.kernels().stream()
        .filter(kernel -> kernel.id().equals(one.kernel()))
        .forEach(
            kernel -> {
              Call call = CaseInputs.call(kernel, one);
              for (Device device : DEVICES.all()) {
                for (Variant variant : kernel.variants()) {
                  if (DEVICES.supports(device, variant, call.sizes()).supported()) {
                    Trial trial = new Trial(one, kernel, device, variant);
                    tests.add(
                        DynamicTest.dynamicTest(name + ": " + trial, () -> relation.check(trial)));
                  }
                }
              }
            });
    return tests.stream();
  }

  /** The same variant on other inputs. */
  private static Call run(Trial trial, Map<String, Tensor> inputs) {
    Kernel kernel = trial.kernel();
    Call call = Call.of(kernel, inputs, trial.one().parameters());
    trial.run(DEVICES, call);
    return call;
  }

  private static Map<String, Tensor> doubled(Map<String, Tensor> inputs, String port) {
    Map<String, Tensor> changed = new LinkedHashMap<>(inputs);
    changed.computeIfPresent(port, (name, tensor) -> times(tensor, 2));
    return changed;
  }

  private static Tensor times(Tensor tensor, int factor) {
    Tensor changed = tensor.copy();
    for (long i = 0; i < tensor.elements(); i++) {
      changed.setFromDouble(i, factor * tensor.asDouble(i));
    }
    return changed;
  }

  private static Tensor halvedFrom(Tensor tensor, int axis, long token) {
    Tensor changed = tensor.copy();
    for (long i = 0; i < tensor.elements(); i++) {
      if (position(tensor, axis, i) >= token) {
        changed.f32(i, 0.5f * tensor.f32(i));
      }
    }
    return changed;
  }

  private static long position(Tensor tensor, int axis, long index) {
    long inner = 1;
    for (int after = axis + 1; after < tensor.rank(); after++) {
      inner *= tensor.dim(after);
    }
    return index / inner % tensor.dim(axis);
  }

  /** The slices along the first axis from last to first. */
  private static Tensor reversed(Tensor tensor) {
    Tensor changed = tensor.copy();
    long slice = tensor.bytes() / tensor.dim(0);
    for (long i = 0; i < tensor.dim(0); i++) {
      changed
          .data()
          .asSlice(i * slice, slice)
          .copyFrom(tensor.data().asSlice((tensor.dim(0) - 1 - i) * slice, slice));
    }
    return changed;
  }

  /** Each slice along the first axis twice. */
  private static Tensor repeated(Tensor tensor) {
    Tensor twice = Tensor.allocate(tensor.type(), 2 * tensor.dim(0), tensor.dim(1), tensor.dim(2));
    long slice = tensor.bytes() / tensor.dim(0);
    for (long i = 0; i < twice.dim(0); i++) {
      twice.data().asSlice(i * slice, slice).copyFrom(tensor.data().asSlice(i / 2 * slice, slice));
    }
    return twice;
  }

  /** Equal numbers, element by element; zeros may differ in sign. */
  private static void requireEqual(String port, Tensor expected, Tensor actual) {
    for (long i = 0; i < expected.elements(); i++) {
      assertThat(actual.asDouble(i) + 0.0)
          .as("output %s at %d", port, i)
          .isEqualTo(expected.asDouble(i) + 0.0);
    }
  }
}
