package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.bundle.build.Bundles;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.stack.DriverStacks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Kernel bundles: what TornadoVM made of our kernels, for machines without TornadoVM. */
@Command(
    name = "bundle",
    mixinStandardHelpOptions = true,
    subcommands = {
      BundleCommand.Build.class,
      BundleCommand.Verify.class,
      BundleCommand.ListBundles.class
    },
    description = {
      "Kernel bundles: code that TornadoVM generated from the kernels, for machines without it.",
      ""
    })
final class BundleCommand {
  private BundleCommand() {}

  private static List<BundleTarget> targets(List<String> names) {
    if (names.isEmpty()) {
      return List.of(BundleTarget.values());
    }
    List<BundleTarget> targets = new ArrayList<>();
    for (String name : names) {
      targets.add(
          Arrays.stream(BundleTarget.values())
              .filter(target -> target.key().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      SquallException.invalidInput(
                          "no target named %s; there are: %s"
                              .formatted(
                                  name,
                                  String.join(
                                      ", ",
                                      Arrays.stream(BundleTarget.values())
                                          .map(BundleTarget::key)
                                          .toList())))));
    }
    return targets;
  }

  private static Path home() {
    String home = System.getProperty("squall.home");
    if (home == null) {
      throw SquallException.unsupported("bundles are built in a checkout, by ./squall");
    }
    return Path.of(home);
  }

  private static Bundles bundles(Consumer<String> progress) {
    return new Bundles(
        home(),
        UserFiles.cache(),
        TornadoSdk.find(System.getenv()),
        DriverStacks.find(UserFiles.cache()),
        progress);
  }

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description = {
        "Generate the bundles of all kernels; needs a TornadoVM SDK (TORNADOVM_HOME) and the driver"
            + " stacks pocl, arc-capture and fpga-emulator.",
        ""
      })
  static final class Build implements Callable<Integer> {
    @Option(
        names = "--target",
        paramLabel = "TARGET",
        description = "opencl-cpu, opencl-gpu, opencl-fpga or spirv; all if not given.")
    private List<String> targets = List.of();

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "A folder of resources to write to, instead of the checkout's own.")
    private Optional<Path> out = Optional.empty();

    @Option(
        names = "--stale",
        description = "Only bundles that are missing or whose kernel's source has changed.")
    private boolean stale;

    @Override
    public Integer call() {
      try (Progress progress = new Progress(false)) {
        Bundles bundles = bundles(progress::show);
        List<String> failures = new ArrayList<>();
        for (BundleTarget target : targets(targets)) {
          failures.addAll(bundles.build(target, out.orElseGet(bundles::resources), !stale));
        }
        progress.clear();
        failures.forEach(System.out::println);
        if (!failures.isEmpty()) {
          throw new SquallException(
              ErrorClass.COMPILE,
              "TornadoVM gave no code for %d kernel methods".formatted(failures.size()));
        }
        return ExitCodes.GOOD;
      }
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Tell whether the bundles are those of the kernels: by generating them anew where TornadoVM"
            + " is installed, else by the hash of the kernels' source.",
        ""
      })
  static final class Verify implements Callable<Integer> {
    @Option(
        names = "--target",
        paramLabel = "TARGET",
        description = "opencl-cpu, opencl-gpu, opencl-fpga or spirv; all if not given.")
    private List<String> targets = List.of();

    @Option(names = "--source", description = "Compare hashes of the source only.")
    private boolean source;

    @Override
    public Integer call() {
      try (Progress progress = new Progress(false)) {
        Bundles bundles = bundles(progress::show);
        boolean rebuild = !source && !bundles.sdks().isEmpty();
        List<String> stale = new ArrayList<>();
        for (BundleTarget target : targets(targets)) {
          stale.addAll(Bundles.stale(home(), target));
          if (rebuild) {
            bundles
                .rebuiltDifferences(target)
                .forEach(file -> stale.add("%s: %s differs".formatted(target.key(), file)));
          }
        }
        progress.clear();
        stale.forEach(System.out::println);
        if (!stale.isEmpty()) {
          throw new SquallException(
              ErrorClass.WRONG_RESULT,
              "%d bundles are not those of the kernels; ./squall bundle build makes them anew"
                  .formatted(stale.size()));
        }
        System.out.println(
            rebuild ? "bundles are as TornadoVM makes them" : "bundles are of the present source");
        return ExitCodes.GOOD;
      }
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {"List the bundles.", ""})
  static final class ListBundles implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--json", description = "Print one JSON line a bundle.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
      TextTable table = new TextTable("target", "file", "entry point", ">arrays", "TornadoVM");
      for (BundleTarget target : BundleTarget.values()) {
        List<KernelBundle> all =
            BundleStore.load(target).all().stream()
                .sorted(Comparator.comparing(KernelBundle::file))
                .toList();
        for (KernelBundle bundle : all) {
          if (json) {
            System.out.println(JSON.writeValueAsString(bundle));
          } else {
            table.row(
                List.of(
                    target.key(),
                    bundle.file(),
                    bundle.entryPoint(),
                    Integer.toString(bundle.arrays().size()),
                    bundle.tornadoVersion()));
          }
        }
      }
      if (!json) {
        System.out.print(table.plain());
      }
      return ExitCodes.GOOD;
    }
  }
}
