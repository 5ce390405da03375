package dev.squall.pipeline.testing;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * All kernels, {@code attention.dense} with a fault in its {@code simd} variant. Catalogues loaded
 * within {@link #within} hold these instead of the sound ones.
 */
public abstract class BrokenFamily implements KernelFamily {
  public static final String BROKEN = "attention.dense";
  private static final String SERVICE = "META-INF/services/" + KernelFamily.class.getName();

  private final Variant.HostCode code;

  private BrokenFamily(Variant.HostCode code) {
    this.code = code;
  }

  /** Every element is 1. */
  public static final class WritesOnes extends BrokenFamily {
    public WritesOnes() {
      super((call, threads) -> fill(call, 1));
    }
  }

  public static final class WritesNothing extends BrokenFamily {
    public WritesNothing() {
      super((call, threads) -> {});
    }
  }

  public static final class WritesZeros extends BrokenFamily {
    public WritesZeros() {
      super((call, threads) -> fill(call, 0));
    }
  }

  public static final class LosesTheDevice extends BrokenFamily {
    public LosesTheDevice() {
      super(failing(ErrorClass.DEVICE_LOST));
    }
  }

  public static final class RunsOutOfMemory extends BrokenFamily {
    public RunsOutOfMemory() {
      super(failing(ErrorClass.OUT_OF_MEMORY));
    }
  }

  /** A fault in the code, not a failure that anybody foresaw. */
  public static final class Crashes extends BrokenFamily {
    public Crashes() {
      super(
          (call, threads) -> {
            throw new IllegalStateException("two\nlines");
          });
    }
  }

  @Override
  public final List<Kernel> kernels() {
    return ServiceLoader.load(KernelFamily.class, BrokenFamily.class.getClassLoader()).stream()
        .flatMap(family -> family.get().kernels().stream())
        .map(kernel -> kernel.id().equals(BROKEN) ? new BrokenKernel(kernel, code) : kernel)
        .toList();
  }

  /**
   * @param folder where a file may be written that names {@code family}
   */
  public static <T> T within(
      Class<? extends BrokenFamily> family, Path folder, Supplier<T> action) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(new OneFamily(before, services(family, folder)));
    try {
      return action.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL services(Class<? extends BrokenFamily> family, Path folder) {
    try {
      Path file = folder.resolve(family.getSimpleName() + ".service");
      return Files.writeString(file, family.getName()).toUri().toURL();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sees the classes of its parent, but only one list of kernel families. */
  private static final class OneFamily extends ClassLoader {
    private final URL services;

    private OneFamily(ClassLoader parent, URL services) {
      super(parent);
      this.services = services;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE)
          ? Collections.enumeration(List.of(services))
          : super.getResources(name);
    }
  }

  private static Variant.HostCode failing(ErrorClass errorClass) {
    return (call, threads) -> {
      throw new SquallException(errorClass, "it broke");
    };
  }

  private static void fill(Call call, float value) {
    Tensor out = call.out("o");
    for (long i = 0; i < out.elements(); i++) {
      out.f32(i, value);
    }
  }
}
