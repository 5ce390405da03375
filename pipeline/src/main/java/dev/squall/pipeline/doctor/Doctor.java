package dev.squall.pipeline.doctor;

import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Reads class files, finds what TornadoVM will compile in them, and reports every construct that
 * some back end compiles wrongly, rejects, or hangs or crashes on.
 */
public final class Doctor {
  private final ClassPath classPath;

  private Doctor(ClassPath classPath) {
    this.classPath = classPath;
  }

  /**
   * @param places folders and jars with the kernels and all that they call
   * @throws dev.squall.kernels.error.SquallException INVALID_INPUT for what is neither
   */
  public static Doctor of(List<Path> places) {
    return new Doctor(ClassPath.of(places));
  }

  /** For class files in memory. */
  static Doctor ofBytes(Collection<byte[]> files) {
    return new Doctor(ClassPath.ofBytes(files));
  }

  /**
   * @param strict whether to report also what nobody has seen to be right everywhere
   */
  public Diagnosis examine(Set<Backend> backends, boolean strict) {
    Report report = new Report(backends, strict);
    Set<MethodKey> kernels = new KernelFinder(classPath).kernels();
    Closure closure = new Closure(classPath, report);
    kernels.forEach(closure::examine);
    Check launches = new HostCheck();
    for (ClassModel type : classPath.classes()) {
      for (MethodModel method : type.methods()) {
        Body.of(new ClassPath.Found(type, method))
            .filter(HostCheck::concerns)
            .ifPresent(
                body ->
                    launches.examine(
                        new Analysis(
                            body, Analysis.taskArguments(body), false, (callee, values) -> null),
                        report));
      }
    }
    return new Diagnosis(
        kernels.stream().map(key -> key.className() + "." + key.name()).toList(),
        report.findings());
  }
}
