package dev.squall.pipeline.model.mamba;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The weights of typeseg where somebody has fetched them; tests that need them are skipped else.
 */
final class TypesegModel {
  private TypesegModel() {}

  static Path require() {
    String own = System.getenv("SQUALL_CACHE");
    Path cache =
        own == null ? Path.of(System.getProperty("user.home"), ".cache", "squall") : Path.of(own);
    Path models = cache.resolve("models");
    assumeTrue(
        Files.isRegularFile(TypesegPackage.weights(models)),
        "needs the model typeseg; ./squall segment --fetch FILE downloads it");
    return TypesegPackage.require(models);
  }
}
