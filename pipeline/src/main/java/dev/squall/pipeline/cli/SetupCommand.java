package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.engine.opencl.OpenClStackCheck;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.KnownStack;
import dev.squall.pipeline.stack.MissingStack;
import dev.squall.pipeline.stack.Surroundings;
import dev.squall.pipeline.stack.setup.Commands;
import dev.squall.pipeline.stack.setup.SetupException;
import dev.squall.pipeline.stack.setup.StackCheck;
import dev.squall.pipeline.stack.setup.StackSetup;
import dev.squall.pipeline.stack.setup.SystemCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Installs driver stacks into the user's cache. */
@Command(
    name = "setup",
    mixinStandardHelpOptions = true,
    description = {
      "Install an OpenCL driver stack that needs no accelerator, and check it with a kernel whose"
          + " answer is known. What is there already stays.",
      ""
    },
    footer = {
      "",
      "Debian packages are installed with apt-get and need root; PyPI packages go into the user's"
          + " cache folder (SQUALL_CACHE)."
    })
final class SetupCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A first build of a kernel by a cold driver takes seconds. */
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(120);

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "STACK",
      description = "opencl-cpu, intel-cpu, fpga-emulator or arc-capture; several may be named.")
  private List<String> names = List.of();

  @Option(names = "--list", description = "List the stacks, what they are and which are here.")
  private boolean list;

  @Option(names = "--json", description = "Print one JSON line a stack.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing but errors.")
  private boolean quiet;

  private final Commands commands;
  private final StackCheck check;
  private final Function<Path, Surroundings> surroundings;

  SetupCommand() {
    this(new SystemCommands(), new OpenClStackCheck(CHECK_LIMIT), Surroundings::ofThisMachine);
  }

  SetupCommand(Commands commands, StackCheck check, Function<Path, Surroundings> surroundings) {
    this.commands = commands;
    this.check = check;
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Surroundings here = surroundings.apply(UserFiles.cache());
    if (list) {
      if (!names.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--list names no stack");
      }
      list(DriverStacks.find(here));
      return ExitCodes.GOOD;
    }
    if (names.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "name a stack: " + KnownStack.setupNames());
    }
    List<KnownStack> stacks = names.stream().distinct().map(this::named).toList();
    int exitCode = ExitCodes.GOOD;
    for (KnownStack stack : stacks) {
      int one = setUp(stack, here);
      exitCode = exitCode == ExitCodes.GOOD ? one : exitCode;
    }
    return exitCode;
  }

  private KnownStack named(String word) {
    return KnownStack.bySetupName(word)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "no stack named '%s'; there are: %s".formatted(word, KnownStack.setupNames())));
  }

  private int setUp(KnownStack kind, Surroundings here) {
    StackSetup.Result result;
    try (Progress progress = new Progress(quiet)) {
      result =
          new StackSetup(
                  here,
                  commands,
                  check,
                  line -> progress.show(kind.setupName() + ": " + shortened(line)))
              .setUp(kind);
    } catch (SetupException e) {
      System.err.println("squall: setup " + kind.setupName() + ": " + oneLine(e.getMessage()));
      if (json) {
        print(failed(kind, e.getMessage()));
      }
      return e.kind() == SetupException.Cause.RESOURCES ? ExitCodes.RESOURCES : ExitCodes.FAILURE;
    }
    if (json) {
      print(done(result));
    } else if (!quiet) {
      System.out.print(text(result));
    }
    return exitCode(result);
  }

  private static int exitCode(StackSetup.Result result) {
    int exitCode =
        switch (result.check().finding()) {
          case PASSED, CAPTURED, NOT_CHECKED -> ExitCodes.GOOD;
          case WRONG -> ExitCodes.WRONG_RESULT;
          case FAILED -> ExitCodes.FAILURE;
        };
    if (exitCode != ExitCodes.GOOD) {
      System.err.println(
          "squall: setup %s: the known-answer kernel: %s: %s"
              .formatted(
                  result.kind().setupName(),
                  result.check().finding(),
                  oneLine(result.check().detail())));
    }
    return exitCode;
  }

  private static String text(StackSetup.Result result) {
    DriverStack stack = result.stack();
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %s; driver %s%n"
            .formatted(
                stack.name(), result.changed() ? "installed" : "was there", stack.library()));
    new TreeMap<>(stack.environment())
        .forEach((name, value) -> text.append("  %s=%s%n".formatted(name, value)));
    text.append(
        "  known-answer kernel: %s: %s%n"
            .formatted(result.check().finding(), oneLine(result.check().detail())));
    return text.toString();
  }

  private static ObjectNode done(StackSetup.Result result) {
    DriverStack stack = result.stack();
    ObjectNode line = JSON.createObjectNode();
    line.put("setup", result.kind().setupName());
    line.put("stack", stack.name());
    line.put("ready", true);
    line.put("changed", result.changed());
    line.put("driver", stack.library().toString());
    line.set("environment", JSON.valueToTree(new TreeMap<>(stack.environment())));
    line.put("capture", stack.capture());
    line.put("level_zero", stack.offersLevelZero());
    line.put("check", result.check().finding().toString());
    line.put("check_detail", result.check().detail());
    return line;
  }

  private static ObjectNode failed(KnownStack kind, String reason) {
    ObjectNode line = JSON.createObjectNode();
    line.put("setup", kind.setupName());
    line.put("stack", kind.stackName());
    line.put("ready", false);
    line.put("reason", reason);
    return line;
  }

  private void list(DriverStacks here) {
    TextTable table = new TextTable("setup", "state", "what it is", "packages");
    for (KnownStack kind : KnownStack.values()) {
      Optional<DriverStack> stack = here.named(kind.stackName());
      String reason =
          here.missing().stream()
              .filter(one -> one.name().equals(kind.stackName()))
              .map(MissingStack::reason)
              .findFirst()
              .orElse("not set up");
      if (json) {
        print(listed(kind, stack, reason));
      }
      table.row(
          List.of(
              kind.setupName(),
              stack.isPresent() ? "ready" : reason,
              kind.description(),
              kind.source() + ": " + String.join(" ", kind.packages())));
    }
    if (!json) {
      System.out.print(table.plain());
    }
  }

  private static ObjectNode listed(KnownStack kind, Optional<DriverStack> stack, String reason) {
    ObjectNode line = JSON.createObjectNode();
    line.put("setup", kind.setupName());
    line.put("stack", kind.stackName());
    line.put("description", kind.description());
    line.put("source", kind.source().toString());
    line.set("packages", JSON.valueToTree(kind.packages()));
    line.put("ready", stack.isPresent());
    if (stack.isEmpty()) {
      line.put("reason", reason);
    }
    return line;
  }

  private static void print(ObjectNode line) {
    try {
      System.out.println(JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // text and numbers always have a JSON form
    }
  }

  /** A line that fits beside its stack's name on a terminal. */
  private static String shortened(String line) {
    String clean = line.strip().replaceAll("\\p{Cntrl}", " ");
    return clean.length() <= 60 ? clean : clean.substring(0, 59) + "…";
  }

  private static String oneLine(String text) {
    return String.valueOf(text).replaceAll("\\s*\\R\\s*", " ");
  }
}
