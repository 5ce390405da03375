package dev.squall.pipeline.model.store;

import java.nio.file.Path;

/** Where packages come from. */
@FunctionalInterface
public interface PackageSource {
  /**
   * Brings one package, without those that it needs, into an empty folder.
   *
   * @param requirement name and version as pip understands them
   * @return the package, a zip file
   * @throws dev.squall.kernels.error.SquallException if it cannot be had
   */
  Path download(String requirement, Path folder);
}
