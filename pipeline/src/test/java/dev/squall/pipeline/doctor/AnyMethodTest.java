package dev.squall.pipeline.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Whatever a kernel may look like, the doctor comes to an end. */
class AnyMethodTest {
  static Stream<Class<?>> places() {
    return Stream.of(Doctor.class, CommandLine.class, BadKernels.class);
  }

  private static final int MOST_METHODS = 900;

  @ParameterizedTest
  @MethodSource("places")
  void everyMethodCanBeExaminedAsIfItWereAKernel(Class<?> inside) throws URISyntaxException {
    Path place = Path.of(inside.getProtectionDomain().getCodeSource().getLocation().toURI());
    ClassPath classes = ClassPath.of(List.of(place));
    Report report = new Report(EnumSet.allOf(Backend.class), true);
    List<MethodKey> methods =
        classes.classes().stream()
            .flatMap(type -> type.methods().stream().map(method -> MethodKey.of(type, method)))
            .toList();
    int examined = 0;
    // A large jar has more methods than a test has time for: every so many of them.
    int stride = Math.ceilDiv(methods.size(), MOST_METHODS);
    for (int i = 0; i < methods.size(); i += stride) {
      MethodKey key = methods.get(i);
      // One closure a method, so that each is examined with arguments of its own.
      assertThatCode(() -> new Closure(classes, report).examineAlone(key))
          .as(key.toString())
          .doesNotThrowAnyException();
      examined++;
    }
    assertThat(examined).isGreaterThan(200);
    assertThat(report.findings()).isNotEmpty();
  }
}
