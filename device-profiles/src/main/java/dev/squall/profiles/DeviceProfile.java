package dev.squall.profiles;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;

/**
 * What is known of one class of device. An empty component is not known, which is not zero. Giga
 * and tera are powers of ten, kibi and mebi powers of two; a fused multiply-add counts as two
 * operations.
 *
 * @param id short name of the class, also the stem of its file
 * @param name the device in words
 * @param kind what sort of device it is
 * @param matches how a live device is recognised: it must meet one of these rules
 * @param compute arithmetic rates and types
 * @param memory the memory that kernels work in
 * @param link the way between the host's memory and the device's
 * @param limits what a kernel launch must respect
 * @param power electrical power
 * @param timing what a launch costs, and whether times mean anything
 * @param provenance where each figure comes from, by its table and key in the file, for example
 *     {@code memory.bandwidth_gigabytes_per_second}
 */
public record DeviceProfile(
    String id,
    String name,
    DeviceKind kind,
    List<MatchRule> matches,
    Compute compute,
    Memory memory,
    Link link,
    Limits limits,
    Power power,
    Timing timing,
    Map<String, Provenance> provenance) {
  private static final int PROCESSOR_REGISTERS = 256;
  private static final int LEAST_REGISTERS = 64;

  public DeviceProfile {
    matches = List.copyOf(matches);
    provenance = Map.copyOf(provenance);
    if (timing.meaningful() && !kind.isHardware()) {
      throw new IllegalArgumentException("times of kind '" + kind.key() + "' are not meaningful");
    }
  }

  /**
   * Arithmetic.
   *
   * @param fp32Teraflops peak rate of single-precision multiply-adds on the whole device, TFLOP/s
   * @param fp32OneThreadTeraflops the same for one host thread, TFLOP/s; CPUs only
   * @param fp32AttainedTeraflops best single-precision rate seen from a kernel that TornadoVM
   *     generated, TFLOP/s: a soberer first guess than the peak
   * @param fp16Teraflops peak half-precision rate of the vector units, TFLOP/s
   * @param fp16MatrixTeraflops dense half-precision rate of the matrix units, TFLOP/s
   * @param int8MatrixTeraops dense 8-bit integer rate of the matrix units, 10¹² operations/s
   * @param computeUnits compute units as the device's driver counts them
   * @param vectorBits width of a vector register, bits; CPUs only
   * @param supportsFp16 whether kernels may compute in half precision
   * @param supportsFp64 whether kernels may compute in double precision
   */
  public record Compute(
      OptionalDouble fp32Teraflops,
      OptionalDouble fp32OneThreadTeraflops,
      OptionalDouble fp32AttainedTeraflops,
      OptionalDouble fp16Teraflops,
      OptionalDouble fp16MatrixTeraflops,
      OptionalDouble int8MatrixTeraops,
      OptionalInt computeUnits,
      OptionalInt vectorBits,
      Optional<Boolean> supportsFp16,
      Optional<Boolean> supportsFp64) {}

  /**
   * Device memory.
   *
   * @param capacityGigabytes size, GB; empty where the device shares the host's memory
   * @param bandwidthGigabytesPerSecond bytes read and written per second, GB/s: the peak of a
   *     device's own memory, the copy rate of a host's
   * @param readGigabytesPerSecond the same when only reading, GB/s
   * @param writeGigabytesPerSecond the same when only writing, GB/s
   * @param lastLevelCacheMebibytes size of the cache nearest the memory, MiB
   */
  public record Memory(
      OptionalDouble capacityGigabytes,
      OptionalDouble bandwidthGigabytesPerSecond,
      OptionalDouble readGigabytesPerSecond,
      OptionalDouble writeGigabytesPerSecond,
      OptionalDouble lastLevelCacheMebibytes) {}

  /**
   * The link to the host; all empty where the device works in the host's memory.
   *
   * @param peakGigabytesPerSecond line rate in one direction, GB/s
   * @param toDeviceGigabytesPerSecond seen rate of large copies from host to device, GB/s
   * @param fromDeviceGigabytesPerSecond seen rate of large copies from device to host, GB/s
   */
  public record Link(
      OptionalDouble peakGigabytesPerSecond,
      OptionalDouble toDeviceGigabytesPerSecond,
      OptionalDouble fromDeviceGigabytesPerSecond) {}

  /**
   * Launch limits. A live driver's own answers, where it gives them, take precedence; a flag that
   * is not known refuses nothing.
   *
   * @param maxWorkGroupSize most work-items in a work-group
   * @param requiredSizeMultiple global sizes must be a multiple of this; empty for no such rule
   * @param subGroupSizes numbers of work-items that can run in step; empty if not known
   * @param localMemoryKibibytesPerWorkGroup local memory that one work-group may use, KiB
   * @param registersPerWorkItem 32-bit registers that a work-item can use before values spill
   * @param supportsKernelContext whether kernels written against KernelContext compile
   * @param supportsExplicitWorkGroups whether a launch may choose its work-group size
   */
  public record Limits(
      OptionalInt maxWorkGroupSize,
      OptionalInt requiredSizeMultiple,
      List<Integer> subGroupSizes,
      OptionalDouble localMemoryKibibytesPerWorkGroup,
      OptionalInt registersPerWorkItem,
      Optional<Boolean> supportsKernelContext,
      Optional<Boolean> supportsExplicitWorkGroups) {
    public Limits {
      subGroupSizes = List.copyOf(subGroupSizes);
    }
  }

  /**
   * Electrical power.
   *
   * @param boardWatts rated power of the board (of the package for an integrated device), W
   */
  public record Power(OptionalDouble boardWatts) {}

  /**
   * Launch costs.
   *
   * @param meaningful whether times on this device say anything of the hardware; where false, no
   *     report may rank it and no plan may prefer it
   * @param launchMicroseconds one execution of a tiny resident kernel, from call to return, µs
   * @param firstLaunchMilliseconds the first execution, with all compilation, ms
   */
  public record Timing(
      boolean meaningful,
      OptionalDouble launchMicroseconds,
      OptionalDouble firstLaunchMilliseconds) {}

  /**
   * This profile with one quantity changed, for asking what a device of other figures would do.
   *
   * @param change the new figure from the old; NaN stands for one that is not known
   * @throws IllegalArgumentException if the new figure is not above zero
   */
  public DeviceProfile with(Quantity quantity, DoubleUnaryOperator change) {
    Compute c = compute;
    Memory m = memory;
    Link l = link;
    Power p = power;
    Timing t = timing;
    switch (quantity) {
      case COMPUTE ->
          c =
              new Compute(
                  c.fp32Teraflops.isEmpty() && c.fp32AttainedTeraflops.isPresent()
                      ? c.fp32Teraflops
                      : changed(c.fp32Teraflops, change),
                  c.fp32OneThreadTeraflops,
                  scaled(c.fp32AttainedTeraflops, c.fp32Teraflops, change),
                  c.fp16Teraflops,
                  c.fp16MatrixTeraflops,
                  c.int8MatrixTeraops,
                  c.computeUnits,
                  c.vectorBits,
                  c.supportsFp16,
                  c.supportsFp64);
      case BANDWIDTH ->
          m =
              new Memory(
                  m.capacityGigabytes,
                  changed(m.bandwidthGigabytesPerSecond, change),
                  m.readGigabytesPerSecond,
                  m.writeGigabytesPerSecond,
                  m.lastLevelCacheMebibytes);
      case MEMORY ->
          m =
              new Memory(
                  changed(m.capacityGigabytes, change),
                  m.bandwidthGigabytesPerSecond,
                  m.readGigabytesPerSecond,
                  m.writeGigabytesPerSecond,
                  m.lastLevelCacheMebibytes);
      case LINK -> {
        OptionalDouble to = l.toDeviceGigabytesPerSecond;
        OptionalDouble from = l.fromDeviceGigabytesPerSecond;
        OptionalDouble known = l.peakGigabytesPerSecond;
        l =
            to.isEmpty() && known.isPresent()
                ? new Link(changed(known, change), to, from)
                : new Link(known, changed(to, change), changed(from, change));
      }
      case LAUNCH ->
          t =
              new Timing(
                  t.meaningful, changed(t.launchMicroseconds, change), t.firstLaunchMilliseconds);
      case WATTS -> p = new Power(changed(p.boardWatts, change));
    }
    return new DeviceProfile(id, name, kind, matches, c, m, l, limits, p, t, provenance);
  }

  /** What {@link #with} can change. */
  public enum Quantity {
    /** Single-precision rate, TFLOP/s. */
    COMPUTE,
    /** Memory bandwidth, GB/s. */
    BANDWIDTH,
    /** Rate of copies between host and device, GB/s. */
    LINK,
    /** Cost of a launch, µs. */
    LAUNCH,
    /** Memory, GB. */
    MEMORY,
    /** Power, W. */
    WATTS
  }

  private static OptionalDouble changed(OptionalDouble old, DoubleUnaryOperator change) {
    double value = change.applyAsDouble(old.orElse(Double.NaN));
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("a figure above zero is needed, not " + value);
    }
    return OptionalDouble.of(value);
  }

  /** A figure that follows another: an attained rate grows with the peak. */
  private static OptionalDouble scaled(
      OptionalDouble figure, OptionalDouble leader, DoubleUnaryOperator change) {
    if (figure.isEmpty()) {
      return figure;
    }
    return leader.isEmpty()
        ? changed(figure, change)
        : OptionalDouble.of(
            figure.getAsDouble() * changed(leader, change).getAsDouble() / leader.getAsDouble());
  }

  /**
   * This profile with the figures measured on one host in place of its assumptions; the evidence of
   * each becomes {@link Evidence#MEASURED}.
   *
   * @throws IllegalArgumentException if this is not the profile of a {@link DeviceKind#CPU}
   */
  public DeviceProfile withCalibration(Calibration calibration) {
    if (kind != DeviceKind.CPU) {
      throw new IllegalArgumentException(
          "profile '" + id + "' is of kind '" + kind.key() + "': only a cpu can be calibrated");
    }
    Provenance measured = new Provenance(Evidence.MEASURED, calibration.describe());
    Map<String, Provenance> origins = new HashMap<>(provenance);
    for (String figure :
        List.of(
            "compute.fp32_teraflops",
            "compute.fp32_one_thread_teraflops",
            "compute.compute_units",
            "compute.vector_bits",
            "memory.bandwidth_gigabytes_per_second",
            "memory.read_gigabytes_per_second",
            "memory.write_gigabytes_per_second",
            "timing.launch_microseconds")) {
      origins.put(figure, measured);
    }
    return new DeviceProfile(
        id,
        name,
        kind,
        matches,
        new Compute(
            OptionalDouble.of(calibration.fp32AllThreadsGigaflops() / 1000),
            OptionalDouble.of(calibration.fp32OneThreadGigaflops() / 1000),
            compute.fp32AttainedTeraflops(),
            compute.fp16Teraflops(),
            compute.fp16MatrixTeraflops(),
            compute.int8MatrixTeraops(),
            OptionalInt.of(calibration.threads()),
            OptionalInt.of(calibration.vectorBits()),
            compute.supportsFp16(),
            compute.supportsFp64()),
        new Memory(
            memory.capacityGigabytes(),
            OptionalDouble.of(calibration.copyGigabytesPerSecond()),
            OptionalDouble.of(calibration.readGigabytesPerSecond()),
            OptionalDouble.of(calibration.writeGigabytesPerSecond()),
            memory.lastLevelCacheMebibytes()),
        link,
        limits,
        power,
        new Timing(
            timing.meaningful(),
            OptionalDouble.of(calibration.launchMicroseconds()),
            timing.firstLaunchMilliseconds()),
        origins);
  }

  /**
   * 32-bit registers that a work-item can use before values spill; a processor's caches stand in,
   * and of a GPU of which nothing is known little is asked.
   */
  public int registers() {
    int least = kind == DeviceKind.CPU ? PROCESSOR_REGISTERS : LEAST_REGISTERS;
    return limits.registersPerWorkItem().orElse(least);
  }
}
