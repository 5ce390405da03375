package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.vim.BidirectionalScan;
import java.util.LinkedHashMap;
import java.util.Map;

/** Single precision: dense layers on the host, scans where {@code calls} says. */
record FloatArithmetic(HostThreads threads, KernelCalls calls) implements BlockArithmetic {
  private static final Kernel SCAN = new BidirectionalScan();

  FloatArithmetic(HostThreads threads) {
    this(threads, new KernelCalls.Host(threads));
  }

  @Override
  public Plane dense(int block, DenseLayer layer, Plane x) {
    return layer.apply(x, threads);
  }

  @Override
  public Plane scan(ScanOperands operands) {
    int channels = operands.channels();
    int tokens = operands.tokens();
    int states = operands.states();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("u", operands.u().tensor(0, channels, 1, channels, tokens));
    inputs.put("delta", operands.steps().delta().reshape(1, channels, tokens));
    inputs.put("a", operands.a().reshape(1, channels, states));
    inputs.put("b", operands.b().reshape(1, 1, states, tokens));
    inputs.put("c", operands.c().reshape(1, 1, states, tokens));
    inputs.put("d", operands.d().reshape(1, channels));
    inputs.put("z", operands.gate());
    Tensor y = calls.run(SCAN, inputs, Map.of("softplus", "false")).out("y");
    return Plane.of(y, channels, tokens);
  }
}
