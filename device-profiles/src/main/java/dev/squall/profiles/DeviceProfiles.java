package dev.squall.profiles;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A catalogue of device profiles. */
public final class DeviceProfiles {
  private static final List<String> SHIPPED =
      List.of(
          "host-cpu",
          "pocl",
          "intel-cpu",
          "fpga-emulator",
          "arc-capture",
          "arc-a770",
          "arc-b580",
          "iris-xe",
          "max-1100",
          "max-1550",
          "h200",
          "rtx-4090",
          "arria-10",
          "agilex-7",
          "alveo-u250");

  private final List<DeviceProfile> profiles;

  private DeviceProfiles(List<DeviceProfile> profiles) {
    this.profiles = List.copyOf(profiles);
  }

  /**
   * The profiles that come with Squall.
   *
   * @throws ProfileException if one is not right
   */
  public static DeviceProfiles shipped() {
    return of(SHIPPED.stream().map(ProfileReader::readResource).toList());
  }

  /**
   * A catalogue of the given profiles.
   *
   * @throws IllegalArgumentException if two have the same id
   */
  public static DeviceProfiles of(List<DeviceProfile> profiles) {
    Set<String> ids = new HashSet<>();
    for (DeviceProfile profile : profiles) {
      if (!ids.add(profile.id())) {
        throw new IllegalArgumentException(
            "two device profiles have the id '" + profile.id() + "'");
      }
    }
    return new DeviceProfiles(profiles);
  }

  /** This catalogue with a profile added, in place of the one of the same id if there is one. */
  public DeviceProfiles with(DeviceProfile profile) {
    List<DeviceProfile> changed = new ArrayList<>(profiles);
    changed.removeIf(other -> other.id().equals(profile.id()));
    changed.add(profile);
    return new DeviceProfiles(changed);
  }

  /** Every profile. */
  public List<DeviceProfile> all() {
    return profiles;
  }

  /** The profile of an id. */
  public Optional<DeviceProfile> byId(String id) {
    return profiles.stream().filter(profile -> profile.id().equals(id)).findFirst();
  }

  /** {@link #match(String, String, Map)} for a device whose process sets no special variables. */
  public Optional<DeviceProfile> match(String platformName, String deviceName) {
    return match(platformName, deviceName, Map.of());
  }

  /**
   * The profile of a live device: the one with the narrowest rule that the device meets.
   *
   * @param platformName the platform's name as the driver gives it
   * @param deviceName the device's name as the driver gives it
   * @param environment the variables that the device's process runs with, which alone betray a
   *     driver in capture mode
   * @return empty if no profile describes the device
   */
  public Optional<DeviceProfile> match(
      String platformName, String deviceName, Map<String, String> environment) {
    record Candidate(DeviceProfile profile, MatchRule.Fit fit) {}
    return profiles.stream()
        .flatMap(
            profile ->
                profile.matches().stream()
                    .flatMap(rule -> rule.fit(platformName, deviceName, environment).stream())
                    .map(fit -> new Candidate(profile, fit)))
        .max(Comparator.comparing(Candidate::fit))
        .map(Candidate::profile);
  }
}
