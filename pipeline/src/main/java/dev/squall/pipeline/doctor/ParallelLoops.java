package dev.squall.pipeline.doctor;

import dev.squall.pipeline.doctor.ControlFlow.Loop;
import java.lang.classfile.Attributes;
import java.lang.classfile.TypeAnnotation;
import java.lang.classfile.TypeAnnotation.LocalVarTarget;
import java.lang.classfile.TypeAnnotation.LocalVarTargetInfo;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The loops of a method whose counters are marked with {@code @Parallel}. */
final class ParallelLoops {
  /**
   * One of them.
   *
   * @param slot the counter
   * @param first first instruction after the counter has its start
   * @param loop the loop, as control flow sees it
   */
  record ParallelLoop(int slot, int first, Loop loop) {
    boolean within(ParallelLoop other) {
      return loop.within(other.loop);
    }
  }

  private ParallelLoops() {}

  /** Whether a method has a counter so marked. */
  static boolean areIn(CodeAttribute code) {
    return annotations(code).stream().anyMatch(ParallelLoops::isParallel);
  }

  private static List<TypeAnnotation> annotations(CodeAttribute code) {
    return code.findAttribute(Attributes.runtimeVisibleTypeAnnotations())
        .map(attribute -> attribute.annotations())
        .orElse(List.of());
  }

  private static boolean isParallel(TypeAnnotation annotation) {
    return annotation.annotation().className().equalsString(Api.PARALLEL)
        && annotation.targetInfo() instanceof LocalVarTarget;
  }

  /** In the order of the code, outer ones first. */
  static List<ParallelLoop> of(Analysis method) {
    List<ParallelLoop> loops = new ArrayList<>();
    for (TypeAnnotation annotation : annotations(method.body().code())) {
      if (isParallel(annotation) && annotation.targetInfo() instanceof LocalVarTarget target) {
        for (LocalVarTargetInfo range : target.table()) {
          find(method, range).ifPresent(loops::add);
        }
      }
    }
    loops.sort(Comparator.comparingInt(ParallelLoop::first));
    return loops;
  }

  /** The outermost loop in the range of a counter. */
  private static Optional<ParallelLoop> find(Analysis method, LocalVarTargetInfo range) {
    Body body = method.body();
    ControlFlow flow = method.flow();
    int first = body.index(range.startLabel());
    int end = body.index(range.endLabel());
    return flow.loopsOutermostFirst().stream()
        .filter(
            loop -> {
              int header = flow.block(loop.header()).first();
              return header >= first && header < end && method.reached(header);
            })
        .findFirst()
        .map(loop -> new ParallelLoop(range.index(), first, loop));
  }
}
