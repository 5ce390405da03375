package dev.squall.pipeline.stack.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.pipeline.stack.setup.Commands.End;
import dev.squall.pipeline.stack.setup.Commands.Outcome;
import dev.squall.pipeline.testing.FakeCommands;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DebianPackagesTest {
  private static final String QUERY = "dpkg-query --show --showformat=${Status}\\n ";
  private static final String INSTALL =
      "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120";
  private static final String UPDATE = "apt-get update";

  private final FakeCommands commands =
      new FakeCommands()
          .answer("dpkg-query", 1, "no packages found")
          .answer("id -u", 0, "0")
          .answer(QUERY + "here", 0, "install ok installed");

  private boolean ensure(String... packages) {
    return new DebianPackages(commands, line -> {}).ensure(List.of(packages));
  }

  @Test
  void whatIsThereIsNotInstalledAndNeedsNoRoot() {
    commands.answer("id -u", 0, "1000");

    assertThat(ensure("here")).isFalse();
    assertThat(commands.calls()).containsExactly(QUERY + "here");
  }

  @Test
  void onlyWhatIsMissingIsInstalled() {
    commands.answer(INSTALL, 0, "Setting up absent");

    assertThat(ensure("here", "absent")).isTrue();
    assertThat(commands.calls().getLast()).isEqualTo(INSTALL + " absent");
  }

  @Test
  void aRemovedPackageWithItsConfigurationLeftIsMissing() {
    commands.answer(QUERY + "half", 0, "deinstall ok config-files").answer(INSTALL, 0);

    assertThat(ensure("half")).isTrue();
  }

  @Test
  void withoutRootTheCommandIsTold() {
    commands.answer("id -u", 0, "1000");

    assertThatThrownBy(() -> ensure("here", "absent"))
        .isInstanceOfSatisfying(
            SetupException.class,
            e -> assertThat(e.kind()).isEqualTo(SetupException.Cause.RESOURCES))
        .hasMessage(
            "installing absent needs root; run: sudo apt-get install -y absent; then this command"
                + " again");
    assertThat(commands.calls()).noneMatch(call -> call.startsWith("apt-get"));
  }

  @Test
  void staleListsAreBroughtUpToDateOnce() {
    commands
        .answer(INSTALL, 100, "E: Unable to locate package absent")
        .answer(
            UPDATE,
            command -> {
              commands.answer(INSTALL, 0);
              return FakeCommands.exited(0);
            });

    assertThat(ensure("absent")).isTrue();
    assertThat(commands.calls().stream().filter(call -> call.startsWith("apt-get"))).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "E: Unable to locate package absent | RESOURCES | do not have absent",
        "E: Package 'absent' has no installation candidate | RESOURCES | do not have absent",
        "E: Failed to fetch http://x  Temporary failure resolving 'x' | RESOURCES | no network",
        "E: Could not get lock /var/lib/dpkg/lock | RESOURCES | another apt-get is at work",
        "E: You don't have enough free space: No space left | RESOURCES | the disk is full",
        "E: dpkg was interrupted | FAILURE | apt-get failed on absent: E: dpkg was interrupted",
        "something odd | FAILURE | apt-get failed on absent: something odd"
      })
  void failuresAreNamed(String line, SetupException.Cause cause, String message) {
    commands.answer(INSTALL, 100, line, "").answer(UPDATE, 0);

    assertThatThrownBy(() -> ensure("absent"))
        .isInstanceOfSatisfying(SetupException.class, e -> assertThat(e.kind()).isEqualTo(cause))
        .hasMessageContaining(message);
  }

  @Test
  void listsThatCannotBeFetchedAreANetworkProblem() {
    commands
        .answer(INSTALL, 100, "E: Unable to locate package absent")
        .answer(UPDATE, 100, "E: Failed to fetch http://x", "E: Some index files failed");

    assertThatThrownBy(() -> ensure("absent")).hasMessageStartingWith("no network: ");
  }

  @Test
  void aSystemWithoutDpkgIsTold() {
    commands.answer("dpkg-query", command -> new Outcome(End.NOT_FOUND, -1, List.of()));

    assertThatThrownBy(() -> ensure("absent"))
        .hasMessageStartingWith("this system has no dpkg and apt-get; install what Debian calls");
  }

  @Test
  void anEndlessInstallationIsGivenUp() {
    commands.answer(INSTALL, command -> new Outcome(End.TIMED_OUT, -1, List.of()));

    assertThatThrownBy(() -> ensure("absent")).hasMessageContaining("within 30 minutes");
  }
}
