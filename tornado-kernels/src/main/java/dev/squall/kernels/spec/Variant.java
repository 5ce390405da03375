package dev.squall.kernels.spec;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.launch.Program;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** One way to compute a kernel. */
public sealed interface Variant {
  /**
   * {@code simd}, {@code wide}, {@code tiles}, {@code rows}, {@code loops}, {@code tensorcores} or
   * {@code reference}.
   */
  String name();

  Support supports(Sizes sizes, DeviceTraits device);

  default Precision precision() {
    return Precision.SINGLE;
  }

  /** Bytes of memory needed beyond inputs and outputs. */
  long workspaceBytes(Sizes sizes);

  /** Code for the host alone: the Vector API or plain Java. */
  record Host(
      String name,
      Function<Sizes, Support> condition,
      ToLongFunction<Sizes> workspace,
      HostCode code)
      implements Variant {

    public static Host of(String name, HostCode code) {
      return new Host(name, sizes -> Support.yes(), sizes -> 0, code);
    }

    public static Host of(String name, ToLongFunction<Sizes> workspace, HostCode code) {
      return new Host(name, sizes -> Support.yes(), workspace, code);
    }

    @Override
    public Support supports(Sizes sizes, DeviceTraits device) {
      return device.host() ? condition.apply(sizes) : Support.no("host code");
    }

    @Override
    public long workspaceBytes(Sizes sizes) {
      return workspace.applyAsLong(sizes);
    }
  }

  /**
   * Kernels in TornadoVM's form: portable annotated loops, or tiles with explicit work-groups.
   *
   * @param registers of a work-item that its tiles are laid out for; 0 where it has none. On a
   *     processor, whose work-items have no registers of their own, less serves better.
   */
  record Device(
      String name,
      BiFunction<Sizes, DeviceTraits, Support> condition,
      Function<Sizes, Program> program,
      int registers,
      Precision precision)
      implements Variant {

    /** In single precision, with tiles laid out for so many registers. */
    public Device(
        String name,
        BiFunction<Sizes, DeviceTraits, Support> condition,
        Function<Sizes, Program> program,
        int registers) {
      this(name, condition, program, registers, Precision.SINGLE);
    }

    public Device(
        String name,
        BiFunction<Sizes, DeviceTraits, Support> condition,
        Function<Sizes, Program> program) {
      this(name, condition, program, 0);
    }

    public static Device loops(Function<Sizes, Program> program) {
      return new Device("loops", (sizes, device) -> Support.yes(), program);
    }

    /**
     * @param workGroup work-items of the largest group
     * @param localBytes local memory of one group
     */
    public static Device tiles(int workGroup, long localBytes, Function<Sizes, Program> program) {
      return new Device("tiles", (sizes, device) -> fits(device, workGroup, localBytes), program);
    }

    /**
     * Products on tensor cores, in half precision.
     *
     * @param condition what sizes it takes
     */
    public static Device tensorCores(
        int workGroup,
        long localBytes,
        Function<Sizes, Support> condition,
        Function<Sizes, Program> program) {
      return new Device(
          "tensorcores",
          (sizes, device) -> {
            if (!device.tensorCores()) {
              return Support.no(
                  "tensor cores are reached through TornadoVM's CUDA back end alone: its PTX back"
                      + " end cannot store their sums in local memory, the others have no mma");
            }
            Support fits = fits(device, workGroup, localBytes);
            return fits.supported() ? condition.apply(sizes) : fits;
          },
          program,
          0,
          Precision.HALF);
    }

    /** The same variant for devices whose work-items have so many registers. */
    public Device needing(int least) {
      return new Device(
          name,
          (sizes, device) ->
              device.registers() < least
                  ? Support.no(
                      "needs %d registers a work-item, the device has %d"
                          .formatted(least, device.registers()))
                  : condition.apply(sizes, device),
          program,
          least,
          precision);
    }

    /** The same variant, known to be laid out for so many registers. */
    public Device using(int wanted) {
      return new Device(name, condition, program, wanted, precision);
    }

    @Override
    public Support supports(Sizes sizes, DeviceTraits device) {
      return condition.apply(sizes, device);
    }

    @Override
    public long workspaceBytes(Sizes sizes) {
      return program.apply(sizes).scratchBytes();
    }

    private static Support fits(DeviceTraits device, int workGroup, long localBytes) {
      if (!device.workGroups()) {
        return Support.no("no explicit work-groups on this device");
      }
      if (device.maxWorkGroup() < workGroup) {
        return Support.no(
            "needs work-groups of %d, the device allows %d"
                .formatted(workGroup, device.maxWorkGroup()));
      }
      return Support.when(
          device.localMemoryBytes() >= localBytes,
          "needs %d bytes of local memory, the device has %d"
              .formatted(localBytes, device.localMemoryBytes()));
    }
  }

  /** Fills the outputs of a call. */
  @FunctionalInterface
  interface HostCode {
    void run(Call call, HostThreads threads);
  }
}
