package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.machine.ProfileEngine;
import dev.squall.pipeline.machine.SelectedEngine;
import dev.squall.pipeline.plan.CostModel;
import dev.squall.pipeline.plan.WhatIf;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import dev.squall.profiles.ProfileReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** Options that plan for other devices than those that are here. */
final class PlannedDevices {
  private static final String PROFILE = "profile:";

  @Option(
      names = "--devices",
      paramLabel = "ID",
      split = ",",
      description = {
        "Plan for these devices and the host alone: ids of devices that are here, profile:NAME for"
            + " a device that is known by its profile (profile:arc-a770), profile:FILE.toml for a"
            + " profile of your own."
      })
  private List<String> words = List.of();

  @Option(
      names = "--what-if",
      paramLabel = "device=ID,KEY=×2",
      description = {
        "Plan as if a device had other figures: compute (TFLOP/s), bandwidth, link (GB/s), launch"
            + " (µs), memory (GB), watts (W), as a factor (×2) or a value. May be repeated."
      })
  private List<String> whatIfs = List.of();

  boolean given() {
    return !words.isEmpty() || !whatIfs.isEmpty();
  }

  /** Whether some device is not here, or not as it is here. */
  boolean imagined() {
    return !whatIfs.isEmpty() || words.stream().anyMatch(word -> word.startsWith(PROFILE));
  }

  /** Devices to plan with, and what they cost. */
  record Chosen(Devices devices, CostModel costs) {}

  /** Whether the drivers of this machine need not be asked. */
  boolean onlyProfiles() {
    return !words.isEmpty()
        && words.stream().allMatch(word -> word.startsWith(PROFILE) || word.equals("host"));
  }

  /**
   * @param engines of this machine
   */
  Chosen choose(List<Engine> engines, CostModel costs) {
    List<WhatIf> changes = whatIfs.stream().map(WhatIf::parse).toList();
    List<Engine> all = new ArrayList<>(engines);
    List<DeviceProfile> profiles = profiles();
    if (!profiles.isEmpty()) {
      all.add(new ProfileEngine(profiles));
    }
    Devices known = new Devices(all);
    Set<Device> wanted = wanted(known);
    Map<Device, Device> originals = new LinkedHashMap<>();
    Set<WhatIf> used = new LinkedHashSet<>();
    for (Device device : wanted) {
      Device shown = device;
      for (WhatIf change : changes) {
        if (device.answersTo(change.device())) {
          shown = change.applyTo(shown);
          used.add(change);
        }
      }
      originals.put(shown, device);
    }
    for (WhatIf change : changes) {
      if (!used.contains(change)) {
        known.select(change.device());
        throw SquallException.invalidInput(
            "--what-if names %s, which --devices leaves out".formatted(change.device()));
      }
    }
    List<Engine> selected = new ArrayList<>();
    for (Engine engine : all) {
      Map<Device, Device> shown = new LinkedHashMap<>();
      originals.forEach(
          (device, original) -> {
            if (device.engine().equals(engine.name())) {
              shown.put(device, original);
            }
          });
      selected.add(new SelectedEngine(engine, shown));
    }
    return new Chosen(new Devices(selected), WhatIf.costs(costs, new HashMap<>(originals)));
  }

  private Set<Device> wanted(Devices known) {
    if (words.isEmpty()) {
      return new LinkedHashSet<>(known.found());
    }
    Set<Device> wanted = new LinkedHashSet<>();
    for (Device device : known.found()) {
      if (device.engine().equals(JvmEngine.NAME) || device.engine().equals(ProfileEngine.NAME)) {
        wanted.add(device);
      }
    }
    for (String word : words) {
      if (!word.startsWith(PROFILE)) {
        wanted.addAll(known.select(word));
      }
    }
    return wanted;
  }

  private List<DeviceProfile> profiles() {
    List<DeviceProfile> profiles = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith(PROFILE)) {
        profiles.add(profile(word.substring(PROFILE.length())));
      }
    }
    return profiles;
  }

  private static DeviceProfile profile(String name) {
    if (name.endsWith(".toml")) {
      return ProfileReader.read(Path.of(name));
    }
    DeviceProfiles shipped = DeviceProfiles.shipped();
    List<String> ids = shipped.all().stream().map(DeviceProfile::id).toList();
    String known = Words.oneOf("--devices profile", name, ids.toArray(String[]::new), id -> id);
    return shipped.byId(known).orElseThrow();
  }
}
