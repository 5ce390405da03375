package dev.squall.profiles;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One way to recognise a live device. Names are compared without regard to case; an empty list asks
 * nothing.
 *
 * @param platform the platform's name must hold one of these
 * @param device the device's name must hold one of these
 * @param except neither name may hold any of these
 * @param environment variables that the device's process must run with
 */
public record MatchRule(
    List<String> platform,
    List<String> device,
    List<String> except,
    Map<String, String> environment) {

  public MatchRule {
    platform = List.copyOf(platform);
    device = List.copyOf(device);
    except = List.copyOf(except);
    environment = Map.copyOf(environment);
    if (platform.isEmpty() && device.isEmpty() && environment.isEmpty()) {
      throw new IllegalArgumentException("a match rule needs a platform, device or environment");
    }
  }

  /**
   * How narrowly a rule met a device: more variables, then a longer piece of the device's name,
   * then of the platform's.
   */
  record Fit(int variables, int deviceCharacters, int platformCharacters)
      implements Comparable<Fit> {
    private static final Comparator<Fit> ORDER =
        Comparator.comparingInt(Fit::variables)
            .thenComparingInt(Fit::deviceCharacters)
            .thenComparingInt(Fit::platformCharacters);

    @Override
    public int compareTo(Fit other) {
      return ORDER.compare(this, other);
    }
  }

  /** How well the rule fits a live device; empty if it does not. */
  Optional<Fit> fit(String platformName, String deviceName, Map<String, String> variables) {
    boolean matches =
        holdsAny(platformName, platform)
            && holdsAny(deviceName, device)
            && variables.entrySet().containsAll(environment.entrySet())
            && except.stream().noneMatch(text -> holds(platformName, text))
            && except.stream().noneMatch(text -> holds(deviceName, text));
    return matches
        ? Optional.of(
            new Fit(
                environment.size(), longest(deviceName, device), longest(platformName, platform)))
        : Optional.empty();
  }

  private static boolean holdsAny(String name, List<String> texts) {
    return texts.isEmpty() || texts.stream().anyMatch(text -> holds(name, text));
  }

  private static int longest(String name, List<String> texts) {
    return texts.stream()
        .filter(text -> holds(name, text))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }

  private static boolean holds(String name, String text) {
    return name.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
  }
}
