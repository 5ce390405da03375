package dev.squall.kernels.spec;

import java.util.List;

/** A group of kernels, found by {@link java.util.ServiceLoader}; applications may add their own. */
public interface KernelFamily {
  List<Kernel> kernels();
}
