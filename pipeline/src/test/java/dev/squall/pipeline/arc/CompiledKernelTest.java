package dev.squall.pipeline.arc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompiledKernelTest {
  @Test
  void scratchMemoryWithoutSpillsHoldsPrivateArrays() {
    CompiledKernel kernel = CompiledKernel.of(new KernelDescription(16, 128, 4096, 0, 8, 0), 0);
    assertThat(kernel).isEqualTo(new CompiledKernel(16, 128, 0, 0, 264, 0));
    assertThat(kernel.spilled()).isFalse();
  }

  @Test
  void scratchMemoryWithSpillsIsTheirs() {
    CompiledKernel kernel = CompiledKernel.of(new KernelDescription(8, 128, 1024, 0, 0, 64), 26);
    assertThat(kernel).isEqualTo(new CompiledKernel(8, 128, 26, 1024, 0, 64));
    assertThat(kernel.spilled()).isTrue();
  }

  @Test
  void spillsThatOnlyTheBinaryStatesCount() {
    assertThat(CompiledKernel.of(new KernelDescription(8, 128, 0, 96, 0, 0), 0))
        .isEqualTo(new CompiledKernel(8, 128, 0, 96, 0, 0));
  }
}
