package dev.squall.tests.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.squall.tests.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The compiled main classes of all modules. */
final class MainClasses {
  private static final List<Path> FOLDERS =
      List.of("tornado-embedded", "tornado-kernels", "device-profiles", "pipeline").stream()
          .map(module -> Checkout.root().resolve(module).resolve("target/classes"))
          .toList();

  static final JavaClasses ALL = load();

  private MainClasses() {}

  private static JavaClasses load() {
    for (Path folder : FOLDERS) {
      if (!Files.isDirectory(folder)) {
        throw new IllegalStateException("no classes in " + folder + "; build all modules");
      }
    }
    return new ClassFileImporter().importPaths(FOLDERS);
  }
}
