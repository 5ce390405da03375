package dev.squall.profiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads profiles in the form that the package's description gives. */
public final class ProfileReader {
  private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final List<String> KINDS =
      Arrays.stream(DeviceKind.values()).map(DeviceKind::key).toList();
  private static final List<String> EVIDENCE =
      Arrays.stream(Evidence.values()).map(Evidence::key).toList();
  private static final String SUFFIX = ".toml";

  private final TomlTable root;
  private final Map<String, String> sources = new HashMap<>();
  private final Set<String> cited = new HashSet<>();
  private final Map<String, Provenance> provenance = new HashMap<>();

  private ProfileReader(TomlTable root) {
    this.root = root;
  }

  /**
   * Reads one profile from a file.
   *
   * @throws ProfileException if the file is missing, unreadable or not a right profile
   */
  public static DeviceProfile read(Path file) {
    return new ProfileReader(TomlTable.read(file)).profile();
  }

  /**
   * Reads one profile from bytes.
   *
   * @param file the file's name, for its stem and for messages
   * @throws ProfileException if it is not a right profile
   */
  public static DeviceProfile read(String file, byte[] bytes) {
    return new ProfileReader(TomlTable.parse(file, bytes)).profile();
  }

  /**
   * Reads one of the profiles that lie beside this class.
   *
   * @throws ProfileException if there is none of that id, or it is not a right profile
   */
  public static DeviceProfile readResource(String id) {
    String file = id + SUFFIX;
    try (InputStream stream = ProfileReader.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new ProfileException(file, Location.START, "there is no such profile");
      }
      return read(file, stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("profile " + file + " cannot be read", e);
    }
  }

  private DeviceProfile profile() {
    String id = id();
    String name = root.text("name");
    DeviceKind kind = DeviceKind.values()[KINDS.indexOf(root.word("kind", KINDS))];
    boolean meaningful = root.flag("timing_meaningful");
    if (meaningful && !kind.isHardware()) {
      throw root.fault(
          "timing_meaningful", "times of kind '" + kind.key() + "' are not meaningful: say false");
    }
    List<MatchRule> matches = root.tables("match").stream().map(ProfileReader::matchRule).toList();
    TomlTable sourceTable = root.table("sources");
    sourceTable.keys().forEach(key -> sources.put(key, sourceTable.text(key)));

    DeviceProfile profile =
        new DeviceProfile(
            id,
            name,
            kind,
            matches,
            compute(),
            memory(),
            link(),
            limits(),
            power(),
            timing(meaningful),
            provenance);
    root.rejectUnknownKeys();
    for (String source : sourceTable.keys()) {
      if (!cited.contains(source)) {
        throw sourceTable.keyFault(
            source, "source " + TomlTable.quote(source) + " is cited by no figure");
      }
    }
    return profile;
  }

  private String id() {
    String id = root.text("id");
    if (!ID.matcher(id).matches()) {
      throw root.fault(
          "id",
          TomlTable.quote(id) + " is not an id: lower-case letters, digits and single dashes");
    }
    Path fileName = Path.of(root.file()).getFileName();
    if (fileName == null || !fileName.toString().equals(id + SUFFIX)) {
      throw root.fault("id", "the file of profile '" + id + "' must be named " + id + SUFFIX);
    }
    return id;
  }

  private static MatchRule matchRule(TomlTable table) {
    List<String> platform = table.texts("platform");
    List<String> device = table.texts("device");
    List<String> except = table.texts("except");
    Map<String, String> environment = table.textTable("environment");
    table.rejectUnknownKeys();
    if (platform.isEmpty() && device.isEmpty() && environment.isEmpty()) {
      throw table.fault("a match rule needs a platform, device or environment");
    }
    return new MatchRule(platform, device, except, environment);
  }

  private DeviceProfile.Compute compute() {
    Figures table = new Figures("compute");
    DeviceProfile.Compute compute =
        new DeviceProfile.Compute(
            table.number("fp32_teraflops"),
            table.number("fp32_one_thread_teraflops"),
            table.number("fp32_attained_teraflops"),
            table.number("fp16_teraflops"),
            table.number("fp16_matrix_teraflops"),
            table.number("int8_matrix_teraops"),
            table.count("compute_units"),
            table.count("vector_bits"),
            table.flag("supports_fp16"),
            table.flag("supports_fp64"));
    table.rejectUnknownKeys();
    return compute;
  }

  private DeviceProfile.Memory memory() {
    Figures table = new Figures("memory");
    DeviceProfile.Memory memory =
        new DeviceProfile.Memory(
            table.number("capacity_gigabytes"),
            table.number("bandwidth_gigabytes_per_second"),
            table.number("read_gigabytes_per_second"),
            table.number("write_gigabytes_per_second"),
            table.number("last_level_cache_mebibytes"));
    table.rejectUnknownKeys();
    return memory;
  }

  private DeviceProfile.Link link() {
    Figures table = new Figures("link");
    DeviceProfile.Link link =
        new DeviceProfile.Link(
            table.number("peak_gigabytes_per_second"),
            table.number("to_device_gigabytes_per_second"),
            table.number("from_device_gigabytes_per_second"));
    table.rejectUnknownKeys();
    return link;
  }

  private DeviceProfile.Limits limits() {
    Figures table = new Figures("limits");
    DeviceProfile.Limits limits =
        new DeviceProfile.Limits(
            table.count("max_work_group_size"),
            table.count("required_size_multiple"),
            table.counts("sub_group_sizes"),
            table.number("local_memory_kibibytes_per_work_group"),
            table.count("registers_per_work_item"),
            table.flag("supports_kernel_context"),
            table.flag("supports_explicit_work_groups"));
    table.rejectUnknownKeys();
    return limits;
  }

  private DeviceProfile.Power power() {
    Figures table = new Figures("power");
    DeviceProfile.Power power = new DeviceProfile.Power(table.number("board_watts"));
    table.rejectUnknownKeys();
    return power;
  }

  private DeviceProfile.Timing timing(boolean meaningful) {
    Figures table = new Figures("timing");
    DeviceProfile.Timing timing =
        new DeviceProfile.Timing(
            meaningful,
            table.number("launch_microseconds"),
            table.number("first_launch_milliseconds"));
    table.rejectUnknownKeys();
    return timing;
  }

  /** A table of figures, each with its evidence and source; an absent table has none. */
  private final class Figures {
    private static final String FORM = "{ value = …, evidence = \"…\", source = \"…\" }";

    private final Optional<TomlTable> table;

    Figures(String name) {
      table = root.has(name) ? Optional.of(root.table(name)) : Optional.empty();
    }

    OptionalDouble number(String key) {
      Optional<TomlTable> figure = figure(key);
      return figure.isPresent()
          ? OptionalDouble.of(figure.get().number("value"))
          : OptionalDouble.empty();
    }

    OptionalInt count(String key) {
      Optional<TomlTable> figure = figure(key);
      return figure.isPresent() ? OptionalInt.of(figure.get().count("value")) : OptionalInt.empty();
    }

    List<Integer> counts(String key) {
      return figure(key).map(figure -> figure.counts("value")).orElse(List.of());
    }

    Optional<Boolean> flag(String key) {
      return figure(key).map(figure -> figure.flag("value"));
    }

    void rejectUnknownKeys() {
      table.ifPresent(TomlTable::rejectUnknownKeys);
    }

    private Optional<TomlTable> figure(String key) {
      if (table.isEmpty() || !table.get().has(key)) {
        return Optional.empty();
      }
      if (!table.get().isTable(key)) {
        throw table.get().fault(key, TomlTable.quote(key) + " has no source: write " + FORM);
      }
      TomlTable figure = table.get().table(key);
      figure.has("value");
      Evidence evidence = Evidence.values()[EVIDENCE.indexOf(figure.word("evidence", EVIDENCE))];
      String source = figure.text("source");
      if (!sources.containsKey(source)) {
        throw figure.fault(
            "source",
            "source "
                + TomlTable.quote(source)
                + " is not in [sources]"
                + TomlTable.nearest(source, sources.keySet()));
      }
      figure.rejectUnknownKeys();
      cited.add(source);
      provenance.put(table.get().name() + "." + key, new Provenance(evidence, sources.get(source)));
      return Optional.of(figure);
    }
  }
}
