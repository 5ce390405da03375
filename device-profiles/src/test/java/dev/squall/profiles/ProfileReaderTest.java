package dev.squall.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProfileReaderTest {
  /** A right profile; the tests below spoil one place of it each. */
  private static final String RIGHT =
      """
      id = "card"
      name = "A card"
      kind = "gpu"
      timing_meaningful = true

      [[match]]
      platform = ["Maker's OpenCL"]
      device = ["Card 1", "Card 2"]
      except = ["Laptop"]

      [[match]]
      environment = { MODE = "1" }

      [sources]
      sheet = "data sheet, page 3"
      run = "a run"

      [compute]
      fp32_teraflops = { value = 17.2, evidence = "published", source = "sheet" }
      supports_fp64 = { value = false, evidence = "published", source = "sheet" }

      [limits]
      max_work_group_size = { value = 1024, evidence = "measured", source = "run" }
      sub_group_sizes = { value = [8, 16], evidence = "measured", source = "run" }

      [timing]
      launch_microseconds = { value = 46, evidence = "measured", source = "run" }
      """;

  @Test
  void readsEveryPartOfARightProfile() {
    DeviceProfile profile = read(RIGHT);

    assertThat(profile.id()).isEqualTo("card");
    assertThat(profile.name()).isEqualTo("A card");
    assertThat(profile.kind()).isEqualTo(DeviceKind.GPU);
    assertThat(profile.timing().meaningful()).isTrue();
    assertThat(profile.matches())
        .containsExactly(
            new MatchRule(
                List.of("Maker's OpenCL"),
                List.of("Card 1", "Card 2"),
                List.of("Laptop"),
                Map.of()),
            new MatchRule(List.of(), List.of(), List.of(), Map.of("MODE", "1")));
    assertThat(profile.compute().fp32Teraflops()).hasValue(17.2);
    assertThat(profile.compute().supportsFp64()).contains(false);
    assertThat(profile.limits().maxWorkGroupSize()).hasValue(1024);
    assertThat(profile.limits().subGroupSizes()).containsExactly(8, 16);
    assertThat(profile.timing().launchMicroseconds()).hasValue(46);
    assertThat(profile.provenance())
        .containsOnlyKeys(
            "compute.fp32_teraflops",
            "compute.supports_fp64",
            "limits.max_work_group_size",
            "limits.sub_group_sizes",
            "timing.launch_microseconds")
        .containsEntry(
            "compute.fp32_teraflops", new Provenance(Evidence.PUBLISHED, "data sheet, page 3"))
        .containsEntry("timing.launch_microseconds", new Provenance(Evidence.MEASURED, "a run"));
  }

  @Test
  void leavesUnknownFiguresEmpty() {
    DeviceProfile profile = read(RIGHT);

    assertThat(profile.compute().fp16Teraflops()).isEqualTo(OptionalDouble.empty());
    assertThat(profile.compute().computeUnits()).isEqualTo(OptionalInt.empty());
    assertThat(profile.compute().supportsFp16()).isEqualTo(Optional.empty());
    assertThat(profile.memory().bandwidthGigabytesPerSecond()).isEmpty();
    assertThat(profile.link().peakGigabytesPerSecond()).isEmpty();
    assertThat(profile.power().boardWatts()).isEmpty();
  }

  static Stream<Arguments> spoiltProfiles() {
    return Stream.of(
        // The form of the file.
        spoilt("kind = \"gpu\"", "kind = ", 3, 8, "not valid TOML: Newline not permitted here"),
        spoilt("name = \"A card\"", "name = \"A card", 2, 15, "not valid TOML: Newline not"),
        spoilt("kind = \"gpu\"", "kind = \"gpu\" 5", 3, 14, "not valid TOML: More data"),
        spoilt("kind = \"gpu\"", "kind = \"\\q\"", 3, 9, "not valid TOML: Unknown escape"),
        spoilt("name = \"A card\"", "id = \"b\"", 2, 1, "key 'id' was given before, on line 1"),
        spoilt(
            "[limits]\n",
            "fp32_teraflops = 3\n[limits]\n",
            22,
            1,
            "key 'compute.fp32_teraflops' was given before, on line 19"),
        // Keys.
        spoilt("name = \"A card\"\n", "", 1, 1, "key 'name' is missing"),
        spoilt("kind = \"gpu\"\n", "", 1, 1, "key 'kind' is missing"),
        spoilt("timing_meaningful = true\n", "", 1, 1, "key 'timing_meaningful' is missing"),
        spoilt("nam", "mame = 1\nnam", 2, 1, "unknown key 'mame'; did you mean 'name'?"),
        spoilt("[timing]", "[timming]", 26, 2, "unknown key 'timming'; did you mean 'timing'?"),
        spoilt(
            "fp32_teraflops",
            "fp23_teraflops",
            19,
            1,
            "unknown key 'fp23_teraflops'; did you mean 'fp32_teraflops'?"),
        spoilt(
            "sub_group_sizes",
            "  subgroup_sizes",
            24,
            3,
            "unknown key 'subgroup_sizes'; did you mean 'sub_group_sizes'?"),
        spoilt(
            "launch_microseconds",
            "launch",
            27,
            1,
            "key 'launch' has no unit; did you mean 'launch_microseconds'?"),
        spoilt(
            "fp32_teraflops",
            "fp32",
            19,
            1,
            "key 'fp32' has no unit; did you mean 'fp32_teraflops'?"),
        spoilt("except = ", "excludes = ", 9, 1, "unknown key 'excludes'; did you mean 'except'?"),
        spoilt(
            "value = 46, evidence = \"measured\", source",
            "value = 46, evidence = \"measured\", sauce = \"x\", source",
            27,
            60,
            "unknown key 'sauce'; did you mean 'source'?"),
        // Values.
        spoilt("\"card\"", "7", 1, 6, "'id' must be a text in quotes, not 7"),
        spoilt("\"card\"", "\"Card\"", 1, 6, "'Card' is not an id"),
        spoilt("\"card\"", "\"cart\"", 1, 6, "the file of profile 'cart' must be named cart.toml"),
        spoilt("\"A card\"", "\" \"", 2, 8, "'name' is blank"),
        spoilt("\"gpu\"", "\"gpv\"", 3, 8, "'gpv' is not a known kind; did you mean 'gpu'?"),
        spoilt(
            "= true", "= \"yes\"", 4, 21, "'timing_meaningful' must be true or false, not \"yes\""),
        spoilt("\"gpu\"", "\"capture\"", 4, 21, "times of kind 'capture' are not meaningful"),
        spoilt("\"gpu\"", "\"emulator\"", 4, 21, "times of kind 'emulator' are not meaningful"),
        spoilt(
            "[\"Maker's OpenCL\"]", "\"x\"", 7, 12, "'platform' must be a list of texts in quotes"),
        spoilt("[\"Laptop\"]", "[]", 9, 10, "'except' is empty"),
        spoilt("[\"Laptop\"]", "[3]", 9, 10, "'except' must be a list of texts in quotes"),
        spoilt("environment = { MODE = \"1\" }", "except = [\"x\"]", 11, 3, "a match rule needs"),
        spoilt("MODE = \"1\"", "MODE = 1", 12, 24, "'MODE' must be a text in quotes, not 1"),
        spoilt("value = 17.2", "value = -17.2", 19, 28, "'value' must be above zero, not -17.2"),
        spoilt("value = 17.2", "value = 0", 19, 28, "'value' must be above zero, not 0"),
        spoilt("value = 17.2", "value = inf", 19, 28, "'value' must be finite"),
        spoilt("value = 17.2", "value = nan", 19, 28, "'value' must be finite"),
        spoilt("value = 17.2", "value = 1e999", 19, 28, "'value' must be finite"),
        spoilt("value = 17.2", "value = \"17\"", 19, 28, "'value' must be a number, not \"17\""),
        spoilt("value = false", "value = 0", 20, 27, "'value' must be true or false, not 0"),
        spoilt("value = 1024", "value = 10.5", 23, 33, "'value' must be a whole number, not 10.5"),
        spoilt(
            "value = 1024", "value = 3000000000", 23, 33, "'value' must be a whole number, not 3"),
        spoilt("value = 1024", "value = -1", 23, 33, "'value' must be above zero, not -1"),
        spoilt("[8, 16]", "[8, -16]", 24, 29, "'value' must be above zero, not -16"),
        spoilt("[8, 16]", "8", 24, 29, "'value' must be a list of whole numbers, not 8"),
        spoilt("value = 46, ", "", 27, 1, "key 'value' is missing"),
        // Sources.
        spoilt(
            "{ value = 46, evidence = \"measured\", source = \"run\" }",
            "46",
            27,
            23,
            "'launch_microseconds' has no source: write { value = …"),
        spoilt(", source = \"run\" }\nsub", " }\nsub", 23, 1, "key 'source' is missing"),
        spoilt(
            "evidence = \"measured\", source = \"run\" }\nsub",
            "source = \"run\" }\nsub",
            23,
            1,
            "key 'evidence' is missing"),
        spoilt(
            "evidence = \"published\", source = \"sheet\" }\nsup",
            "evidence = \"publisht\", source = \"sheet\" }\nsup",
            19,
            45,
            "'publisht' is not a known evidence; did you mean 'published'?"),
        spoilt(
            "source = \"sheet\" }\nsup",
            "source = \"shet\" }\nsup",
            19,
            67,
            "source 'shet' is not in [sources]; did you mean 'sheet'?"),
        spoilt("run = \"a run\"", "run = \"\"", 16, 7, "'run' is blank"),
        spoilt(
            "run = \"a run\"",
            "run = \"a run\"\nidle = \"x\"",
            17,
            1,
            "source 'idle' is cited by no figure"),
        spoilt("[limits]", "[[limits]]", 22, 3, "'limits' must be a table, not ["));
  }

  private static Arguments spoilt(
      String right, String wrong, int line, int column, String problem) {
    assertThat(RIGHT).contains(right);
    return Arguments.of(
        RIGHT.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong)),
        line,
        column,
        problem);
  }

  @ParameterizedTest(name = "{3}")
  @MethodSource("spoiltProfiles")
  void namesThePlaceAndTheProblem(String text, int line, int column, String problem) {
    ProfileException fault = catchThrowableOfType(ProfileException.class, () -> read(text));

    assertThat(fault).as(text).isNotNull();
    assertThat(fault.problem()).startsWith(problem);
    assertThat(fault.line()).as("line").isEqualTo(line);
    assertThat(fault.column()).as("column").isEqualTo(column);
    assertThat(fault)
        .hasMessage("card.toml:" + line + ":" + column + ": " + fault.problem())
        .message()
        .doesNotContain("\n");
  }

  @Test
  void pointsAtAByteThatIsNotUtf8() {
    byte[] bytes = "id = \"card\"\nname = \"é\"\n".getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> ProfileReader.read("card.toml", bytes))
        .isInstanceOf(ProfileException.class)
        .hasMessage("card.toml:2:9: this byte is not UTF-8");
  }

  @Test
  void keepsMessagesToOneLineWhenAKeyHoldsANewline() {
    assertThatThrownBy(() -> read(RIGHT.replace("[limits]", "[limits]\n\"a\\nb\" = 1")))
        .isInstanceOf(ProfileException.class)
        .message()
        .contains("unknown key 'a b'")
        .doesNotContain("\n");
  }

  @Test
  void readsAFileAndNamesItInFaults(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("card.toml");
    Files.writeString(file, RIGHT);
    assertThat(ProfileReader.read(file)).isEqualTo(read(RIGHT));

    Files.writeString(file, RIGHT.replace("17.2", "-1"));
    assertThatThrownBy(() -> ProfileReader.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessageStartingWith(file + ":19:28: ");
  }

  @Test
  void reportsAMissingFileAndAMissingResource(@TempDir Path directory) {
    Path absent = directory.resolve("absent.toml");
    assertThatThrownBy(() -> ProfileReader.read(absent))
        .isInstanceOf(ProfileException.class)
        .hasMessage(absent + ":1:1: there is no such file");
    assertThatThrownBy(() -> ProfileReader.read(directory))
        .isInstanceOf(ProfileException.class)
        .hasMessageStartingWith(directory + ":1:1: cannot be read: ");
    assertThatThrownBy(() -> ProfileReader.readResource("absent"))
        .isInstanceOf(ProfileException.class)
        .hasMessage("absent.toml:1:1: there is no such profile");
  }

  private static DeviceProfile read(String text) {
    return ProfileReader.read("card.toml", text.getBytes(StandardCharsets.UTF_8));
  }
}
