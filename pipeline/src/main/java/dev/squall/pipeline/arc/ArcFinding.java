package dev.squall.pipeline.arc;

import dev.squall.pipeline.bundle.KernelBundle;
import java.util.Optional;

/** What a check found out about a bundle. */
public sealed interface ArcFinding {
  KernelBundle bundle();

  /** Whether the bundle does not pass. */
  boolean bad();

  /**
   * A bundle compiled for a GPU.
   *
   * @param given whether such a GPU is given it: kernels laid out for more registers than it has
   *     compile, and spill, but are left to others
   * @param kernel empty if it did not compile
   * @param complaint the compiler's, else empty
   */
  record Compilation(
      KernelBundle bundle,
      GpuModel model,
      boolean given,
      Optional<CompiledKernel> kernel,
      String complaint)
      implements ArcFinding {
    /** A spill is tolerated on GPUs other than the Arc, and where no plan sends the kernel. */
    @Override
    public boolean bad() {
      return kernel.isEmpty() || (given && model == GpuModel.DG2 && kernel.get().spilled());
    }
  }

  /**
   * A SPIR-V bundle as the validator sees it.
   *
   * @param complaint empty if it is valid
   */
  record Validity(KernelBundle bundle, Optional<String> complaint) implements ArcFinding {
    @Override
    public boolean bad() {
      return complaint.isPresent();
    }
  }
}
