package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.mamba.CausalConv1d;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/**
 * typeseg 0.2.7: an embedding of bytes, blocks of a bidirectional Mamba that share weights between
 * directions, and a dense layer to content types. A block is
 *
 * <pre>
 *   u, gate = split(in(norm(x)))
 *   u = silu(conv(u))                      four taps, one before and two after the byte
 *   dt, B, C = split(select(u));  delta = softplus(step(dt)) + 1e-4
 *   x + out((scan(u) + reverse(scan(reverse(u)))) · silu(gate))
 * </pre>
 *
 * @param embedding [ids, channels]
 */
record SegmentModel(Tensor embedding, List<MambaBlock> blocks, LayerNorm norm, DenseLayer head) {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Kernel CONVOLUTION = new CausalConv1d();

  /** Bytes of context after the one that a filter is centred on. */
  private static final int AHEAD = 2;

  SegmentModel {
    blocks = List.copyOf(blocks);
  }

  int channels() {
    return head.inputs();
  }

  int classes() {
    return head.outputs();
  }

  /** Logits of every token, a row a class. */
  Plane logits(int[] tokens, BlockArithmetic arithmetic, HostThreads threads) {
    Plane x = through(blocks.size(), embed(tokens), arithmetic, threads);
    return head.apply(norm.apply(x), threads);
  }

  /** What the first {@code count} blocks make of embedded tokens, which stay as they are. */
  Plane through(int count, Plane embedded, BlockArithmetic arithmetic, HostThreads threads) {
    Plane x = embedded.copy();
    for (int i = 0; i < count; i++) {
      add(x, block(i, x, arithmetic, threads));
    }
    return x;
  }

  Plane embed(int[] tokens) {
    Plane x = Plane.of(channels(), tokens.length);
    for (int t = 0; t < tokens.length; t++) {
      for (int channel = 0; channel < channels(); channel++) {
        x.set(channel, t, embedding.f32((long) tokens[t] * channels() + channel));
      }
    }
    return x;
  }

  private Plane block(int index, Plane x, BlockArithmetic arithmetic, HostThreads threads) {
    MambaBlock block = blocks.get(index);
    int inner = block.inner();
    int states = block.states();
    int tokens = x.tokens();
    Plane split = arithmetic.dense(index, block.in(), block.norm().apply(x));
    Plane u = convolve(block, split, threads);
    Plane selected = arithmetic.dense(index, block.select(), u);
    Plane dt =
        Plane.of(
            selected.tensor(0, block.stepRank(), block.stepRank(), tokens),
            block.stepRank(),
            tokens);
    Plane steps = arithmetic.dense(index, block.step(), dt);
    Plane y =
        arithmetic.scan(
            new ScanOperands(
                index,
                u,
                new TimeSteps(steps),
                block.a(),
                selected.tensor(block.stepRank(), states, 1, states, tokens),
                selected.tensor(block.stepRank() + states, states, 1, states, tokens),
                block.d(),
                split.tensor(inner, inner, inner, tokens)));
    return arithmetic.dense(index, block.out(), y);
  }

  /**
   * The convolution centred on a byte, by the causal one: inputs come {@link #AHEAD} steps earlier,
   * and the first of them are its state.
   */
  private static Plane convolve(MambaBlock block, Plane split, HostThreads threads) {
    int inner = block.inner();
    int tokens = split.tokens();
    int history = (int) block.conv().dim(1) - 1;
    Tensor ahead = Tensor.allocate(ElementType.F32, inner, tokens);
    Tensor state = Tensor.allocate(ElementType.F32, inner, history);
    for (int channel = 0; channel < inner; channel++) {
      int row = split.row(channel);
      int rest = Math.max(0, tokens - AHEAD);
      MemorySegment.copy(
          split.values(),
          row + AHEAD,
          ahead.data(),
          F32,
          (long) channel * tokens * Float.BYTES,
          rest);
      for (int i = 0; i < Math.min(AHEAD, tokens); i++) {
        state.f32((long) channel * history + history - AHEAD + i, split.values()[row + i]);
      }
    }
    Tensor u =
        new KernelCalls.Host(threads)
            .run(
                CONVOLUTION,
                Map.of(
                    "x", ahead, "weight", block.conv(), "bias", block.convBias(), "state", state),
                Map.of())
            .out("y");
    return Plane.of(u, inner, tokens);
  }

  private static void add(Plane x, Plane y) {
    for (int i = 0; i < x.values().length; i++) {
      x.values()[i] += y.values()[i];
    }
  }
}
