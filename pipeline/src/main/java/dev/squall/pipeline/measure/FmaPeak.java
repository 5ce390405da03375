package dev.squall.pipeline.measure;

import dev.squall.kernels.host.HostThreads;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The rate of single-precision fused multiply-adds in vector registers, without any memory: the
 * ceiling of arithmetic on this machine and virtual machine.
 */
public final class FmaPeak {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Enough to hide the latency of two units of four cycles; leaves registers on every machine. */
  private static final int ACCUMULATORS = 12;

  /** Steps of one chain: some 50 µs, next to which handing it out costs nothing. */
  private static final long STEPS = 1 << 14;

  /** Chains a thread runs in one timing: some 5 ms, next to which starting threads is short. */
  private static final long CHAINS = 96;

  private static final int WARM_UP_STEPS = 64;
  private static final int WARM_UP_CHAINS = 20_000;

  private final HostThreads threads;

  FmaPeak(HostThreads threads) {
    this.threads = threads;
  }

  /**
   * Rates in GFLOP/s.
   *
   * @param oneThread on the calling thread alone
   * @param allThreads on all threads
   * @param spread see {@link Rounds#spread}
   */
  public record Rates(double oneThread, double allThreads, double spread) {}

  /** From the median times of one thread and of all threads, which take turns. */
  Rates measure(Rounds rounds) {
    warmUp();
    HostThreads one = HostThreads.of(1);
    List<Samples> times = rounds.time(() -> runChains(one), () -> runChains(threads));
    return new Rates(
        gigaflops(1, times.get(0)), gigaflops(threads.count(), times.get(1)), Rounds.spread(times));
  }

  /** Short chains reach the compiler by their number, before long ones could run interpreted. */
  private static void warmUp() {
    for (int i = 0; i < WARM_UP_CHAINS; i++) {
      runChain(WARM_UP_STEPS, i);
    }
  }

  private static void runChains(HostThreads threads) {
    threads.forEach(CHAINS * threads.count(), index -> runChain(STEPS, index));
  }

  private static double gigaflops(int threads, Samples times) {
    double operations = 2.0 * SPECIES.length() * ACCUMULATORS * STEPS * CHAINS * threads;
    return 1e-9 * operations / times.median();
  }

  /** Looking at the result keeps the compiler from leaving the chain out. */
  private static void runChain(long steps, long start) {
    float sum = chain(steps, start);
    if (sum != ACCUMULATORS * SPECIES.length()) {
      throw new IllegalStateException("multiply-adds went wrong: " + sum);
    }
  }

  /**
   * The sum of all lanes of accumulators that step from x to x/2 + 1/2, and so from any start to
   * one exactly. Written out with a start each: the compiler keeps vectors in registers only as
   * local variables of one small method, and would compute equal ones once.
   */
  private static float chain(long steps, float start) {
    FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector a = FloatVector.broadcast(SPECIES, start);
    FloatVector b = a.add(half);
    FloatVector c = b.add(half);
    FloatVector d = c.add(half);
    FloatVector e = d.add(half);
    FloatVector f = e.add(half);
    FloatVector g = f.add(half);
    FloatVector h = g.add(half);
    FloatVector i = h.add(half);
    FloatVector j = i.add(half);
    FloatVector k = j.add(half);
    FloatVector l = k.add(half);
    for (long step = 0; step < steps; step++) {
      a = a.fma(half, half);
      b = b.fma(half, half);
      c = c.fma(half, half);
      d = d.fma(half, half);
      e = e.fma(half, half);
      f = f.fma(half, half);
      g = g.fma(half, half);
      h = h.fma(half, half);
      i = i.fma(half, half);
      j = j.fma(half, half);
      k = k.fma(half, half);
      l = l.fma(half, half);
    }
    FloatVector left = a.add(b).add(c).add(d).add(e).add(f);
    FloatVector right = g.add(h).add(i).add(j).add(k).add(l);
    return left.add(right).reduceLanes(VectorOperators.ADD);
  }
}
