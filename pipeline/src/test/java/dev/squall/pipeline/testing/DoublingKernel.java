package dev.squall.pipeline.testing;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;

/**
 * {@code testing.double}: y = factor · x, plus z if given, on vectors f32[n]. Small enough to
 * follow by hand through planner and executor: 1000 operations and 12 bytes an element.
 *
 * <p>Its variants are {@code simd} on the host; {@code tiles} for the devices of {@link FakeDevice}
 * (of which none runs code) with vectors of 64 elements or more; {@code loops} for the same
 * devices.
 */
public final class DoublingKernel implements Kernel {
  public static final String ID = "testing.double";
  public static final double OPERATIONS_AN_ELEMENT = 1000;
  public static final double BYTES_AN_ELEMENT = 12;

  private static final Signature SIGNATURE =
      Signature.of(ID, "twice the input")
          .in("x", ElementType.F32, "n")
          .optionalIn("z", ElementType.F32, "n")
          .parameter(Parameter.real("factor", 2, -10, 10, "what x is multiplied by"))
          .out("y", ElementType.F32, "n")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    return new Cost(
        OPERATIONS_AN_ELEMENT * sizes.dim("n"), BYTES_AN_ELEMENT * (double) sizes.dim("n"));
  }

  @Override
  public Reference reference() {
    return new Reference() {
      @Override
      public long units(Sizes sizes) {
        return sizes.dim("n");
      }

      @Override
      public void compute(Call call, long unit, Expectation expectation) {
        expectation.expect("y", unit, value(call, unit));
      }
    };
  }

  @Override
  public void checkResult(Call call) {
    for (long i = 0; i < call.out("y").elements(); i++) {
      if (Float.isInfinite((float) value(call, i))) {
        throw SquallException.invalidInput("%s: y is not finite at [%d]".formatted(ID, i));
      }
    }
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.exact("y"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", sizes -> 8 * sizes.dim("n"), (call, threads) -> run(call)),
        new Variant.Device("tiles", DoublingKernel::tilesFit, DoublingKernel::noProgram),
        new Variant.Device("loops", DoublingKernel::onCards, DoublingKernel::noProgram));
  }

  private static double value(Call call, long i) {
    double z = call.has("z") ? call.in("z").f32(i) : 0;
    return (float) (call.sizes().real("factor") * call.in("x").f32(i) + z);
  }

  private static void run(Call call) {
    for (long i = 0; i < call.sizes().dim("n"); i++) {
      call.out("y").f32(i, (float) value(call, i));
    }
  }

  private static Support onCards(Sizes sizes, DeviceTraits device) {
    return Support.when(!device.host(), "needs a card");
  }

  private static Support tilesFit(Sizes sizes, DeviceTraits device) {
    return device.host()
        ? onCards(sizes, device)
        : Support.when(sizes.dim("n") >= 64, "n = %d is below 64".formatted(sizes.dim("n")));
  }

  /** Fakes look at no program but for its scratch memory. */
  private static Program noProgram(Sizes sizes) {
    TensorType scratch = new TensorType(ElementType.F32, List.of(sizes.dim("n")));
    return new Program(List.of(), Map.of("scratch", scratch), List.of(), List.of());
  }
}
