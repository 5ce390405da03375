package dev.squall.tests.example;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;

/** The kernel of the guide: z = factor · x + y. */
public final class Saxpy implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("example.saxpy", "a scaled vector plus another")
          .in("x", ElementType.F32, "N")
          .in("y", ElementType.F32, "N")
          .parameter(Parameter.real("factor", 2, -1e6, 1e6, "what x is multiplied by"))
          .out("z", ElementType.F32, "N")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    return new Cost(2.0 * sizes.dim("N"), 12.0 * sizes.dim("N"));
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.anyEngine("z", 0, 1.2e-7, "two roundings of half a unit each"));
  }

  /** One unit is one element. */
  @Override
  public Reference reference() {
    return new Reference() {
      @Override
      public long units(Sizes sizes) {
        return sizes.dim("N");
      }

      @Override
      public void compute(Call call, long unit, Expectation expectation) {
        double product = call.sizes().real("factor") * call.in("x").f32(unit);
        double other = call.in("y").f32(unit);
        expectation.expect("z", unit, product + other, Math.abs(product) + Math.abs(other));
      }
    };
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(Variant.Device.loops(Saxpy::program));
  }

  private static Program program(Sizes sizes) {
    Task task =
        new Task(
            SaxpyLoops.class,
            "saxpy",
            Grid.loops(sizes.extent("N")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    SaxpyLoops::saxpy,
                    arguments.f32("x"),
                    arguments.f32("y"),
                    arguments.f32("z"),
                    arguments.dims(),
                    arguments.scalars()));
    return Program.of(task, List.of(sizes.extent("N")), List.of((float) sizes.real("factor")));
  }
}
