package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceLimits;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/** An engine whose devices live in processes of their own, one for each driver stack. */
public final class RemoteEngine implements Engine {
  private static final String LISTING = "listing its devices";

  private final String name;
  private final List<Site> sites;
  private final DeviceProfiles profiles;
  private final EnumerationCache cache;
  private final TimeLimits limits;
  private final boolean tensorCores;
  private final BiFunction<Device, ProgramOf, Support> supports;
  private final Map<Device, Opening> openings = new HashMap<>();

  /** An engine that reaches no tensor cores; arguments as for the other one. */
  public RemoteEngine(
      String name,
      List<Site> sites,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      BiFunction<Device, ProgramOf, Support> supports) {
    this(name, sites, profiles, cache, limits, false, supports);
  }

  /**
   * @param sites where to look for devices
   * @param tensorCores whether the engine's devices have some that it can use
   * @param supports what the engine itself cannot run, whatever the device's traits allow
   */
  public RemoteEngine(
      String name,
      List<Site> sites,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      boolean tensorCores,
      BiFunction<Device, ProgramOf, Support> supports) {
    this.name = name;
    this.sites = List.copyOf(sites);
    this.profiles = profiles;
    this.cache = cache;
    this.limits = limits;
    this.tensorCores = tensorCores;
    this.supports = supports;
  }

  /**
   * A driver stack seen through this engine.
   *
   * @param id of the device that it is expected to bring, for reports of its absence
   * @param fingerprint changes when the drivers or the engine change
   * @param remedy what could help if it brings no device
   */
  public record Site(String id, ProcessLaunch launch, String fingerprint, String remedy) {}

  /** A device variant and the sizes it would run. */
  public record ProgramOf(Variant.Device variant, Sizes sizes) {}

  private record Opening(ProcessLaunch launch, int index) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public Enumeration enumerate() {
    List<Device> devices = new ArrayList<>();
    List<MissingDevice> missing = new ArrayList<>();
    Map<String, Integer> used = new HashMap<>();
    List<EnumerationCache.Answer> answers = lookEverywhere();
    for (int i = 0; i < sites.size(); i++) {
      Site site = sites.get(i);
      EnumerationCache.Answer found = answers.get(i);
      if (found.devices().isEmpty()) {
        missing.add(new MissingDevice(site.id(), name, found.reason(), site.remedy()));
      }
      for (DeviceFacts facts : found.devices()) {
        Device device = device(facts, site, used);
        openings.put(device, new Opening(site.launch(), facts.index()));
        devices.add(device);
      }
    }
    return new Enumeration(devices, missing);
  }

  private List<EnumerationCache.Answer> lookEverywhere() {
    // Not more at once than there are processors: a driver that waits for its turn seems to hang.
    int together = Runtime.getRuntime().availableProcessors();
    try (ExecutorService threads = Executors.newFixedThreadPool(together)) {
      List<CompletableFuture<EnumerationCache.Answer>> answers =
          sites.stream()
              .map(site -> CompletableFuture.supplyAsync(() -> look(site), threads))
              .toList();
      return answers.stream().map(CompletableFuture::join).toList();
    }
  }

  private EnumerationCache.Answer look(Site site) {
    String key = name + " " + site.fingerprint();
    return cache.get(key).orElseGet(() -> ask(site, key));
  }

  private EnumerationCache.Answer ask(Site site, String key) {
    EnumerationCache.Answer answer;
    try (DeviceProcess process = DeviceProcess.start(site.launch(), limits.start())) {
      answer =
          EnumerationCache.Answer.of(
              process
                  .ask(Reply.Devices.class, new Request.Enumerate(), limits.enumerate(), LISTING)
                  .devices());
    } catch (SquallException e) {
      String context = "%s, %s: ".formatted(site.launch().name(), LISTING);
      answer = new EnumerationCache.Answer(List.of(), e.getMessage().replace(context, ""));
      if (e.errorClass() == ErrorClass.TIMEOUT || e.errorClass() == ErrorClass.DEVICE_LOST) {
        return answer; // perhaps not next time
      }
    }
    cache.put(key, answer);
    return answer;
  }

  private Device device(DeviceFacts facts, Site site, Map<String, Integer> used) {
    DeviceProfile profile =
        profiles
            .match(
                facts.platform(),
                facts.name(),
                site.launch().stack().map(DriverStack::environment).orElse(Map.of()))
            .orElseGet(() -> UnknownProfile.of(facts));
    int number = used.merge(profile.id(), 1, Integer::sum);
    return new Device(
        number == 1 ? profile.id() : profile.id() + "-" + number,
        name,
        facts.name(),
        facts.platform() + " " + facts.driver(),
        facts.memoryBytes(),
        traits(facts, profile),
        profile,
        new DeviceLimits(
            facts.computeUnits(),
            facts.maxAllocationBytes(),
            facts.subGroupSizes(),
            facts.spirv()));
  }

  private DeviceTraits traits(DeviceFacts facts, DeviceProfile profile) {
    boolean workGroups =
        facts.maxWorkGroup() > 0 && profile.limits().supportsKernelContext().orElse(true);
    return new DeviceTraits(
        false,
        workGroups,
        facts.maxWorkGroup(),
        facts.localMemoryBytes(),
        profile.registers(),
        facts.fp16(),
        facts.fp64(),
        tensorCores);
  }

  @Override
  public TensorMemory memory() {
    return SharedMemory.ofThisProcess();
  }

  @Override
  public Support supports(Device device, Variant variant, Sizes sizes) {
    return switch (variant) {
      case Variant.Host ignored -> Support.no("host code");
      case Variant.Device code -> supports.apply(device, new ProgramOf(code, sizes));
    };
  }

  @Override
  public DeviceSession open(Device device) {
    Opening opening = openings.get(device);
    return open(opening.launch(), opening.index(), device.memoryBytes(), limits);
  }

  /**
   * Opens a device in a new process.
   *
   * @throws SquallException with the class of what went wrong
   */
  public static DeviceSession open(
      ProcessLaunch launch, int index, long memoryBytes, TimeLimits limits) {
    DeviceProcess process = DeviceProcess.start(launch, limits.start());
    try {
      Reply.Opened opened =
          process.ask(
              Reply.Opened.class,
              new Request.Open(index, memoryBytes),
              limits.enumerate(),
              "opening it");
      return new RemoteSession(process, opened, limits);
    } catch (SquallException e) {
      process.close();
      throw e;
    }
  }
}
