package dev.squall.pipeline.cli;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Kernel;
import dev.squall.pipeline.doctor.Acceptances;
import dev.squall.pipeline.doctor.Backend;
import dev.squall.pipeline.doctor.Checkup;
import dev.squall.pipeline.doctor.CheckupText;
import dev.squall.pipeline.doctor.Diagnosis;
import dev.squall.pipeline.doctor.DiagnosisText;
import dev.squall.pipeline.doctor.Doctor;
import dev.squall.pipeline.doctor.Finding;
import dev.squall.pipeline.doctor.SourceFiles;
import dev.squall.pipeline.doctor.Trial;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Devices;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Finds what TornadoVM compiles wrongly: in class files, or by running kernels. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Find in class files what TornadoVM 5.2 compiles wrongly, rejects, hangs or crashes on, with"
          + " the line, the consequence and what to write instead; in Squall's own kernels, or in"
          + " anyone's with --classes. With --run: run the kernels of the catalog on each device and"
          + " compare them with their reference.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 nothing found, 1 something found, 2 usage or bad input, 3 no such device."
    })
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--classes",
      arity = "1..*",
      paramLabel = "DIR|JAR",
      description = "Class files to examine: the kernels and what they call.")
  private List<Path> classes = List.of();

  @Option(
      names = "--backend",
      split = ",",
      paramLabel = "NAME",
      description = "opencl, ptx, cuda, spirv, fpga or all; default: all but fpga.")
  private List<String> backends = List.of();

  @Option(names = "--strict", description = "Report also what is not proven right everywhere.")
  private boolean strict;

  @Option(
      names = "--accept",
      paramLabel = "FILE",
      description = "Findings to accept, lines: rule Class.method reason.")
  private Path accepted;

  @Option(
      names = "--source",
      paramLabel = "DIR",
      description = "Source roots, where --classes does not tell them.")
  private List<Path> sourceRoots = List.of();

  @Option(names = "--run", description = "Run kernels instead of reading them.")
  private boolean run;

  @Option(names = "--device", paramLabel = "ID", description = "With --run: device (auto: all).")
  private String device = "auto";

  @Option(names = "--kernel", paramLabel = "ID", description = "With --run: kernels (all).")
  private List<String> kernels = List.of();

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "With --run: longest time of one trial (${DEFAULT-VALUE}).")
  private double limitSeconds = 60;

  @Option(names = "--seed", description = "With --run: seed of made inputs (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", description = "Print one JSON line a finding or trial.")
  private boolean json;

  @Option(names = "--annotations", description = "Print GitHub's workflow commands.")
  private boolean annotations;

  @Override
  public Integer call() {
    if (json && annotations) {
      throw SquallException.invalidInput("--json and --annotations exclude each other");
    }
    if (!run) {
      return examine();
    }
    if (!classes.isEmpty() || annotations) {
      throw SquallException.invalidInput(
          "--run tries the kernels of the catalog; it goes with neither --classes nor"
              + " --annotations");
    }
    return tryOut();
  }

  private int tryOut() {
    Ranges.requirePositive("--limit", limitSeconds);
    KernelCatalog catalog = KernelCatalog.load();
    Collection<Kernel> chosen =
        kernels.isEmpty() ? catalog.kernels() : kernels.stream().map(catalog::kernel).toList();
    Devices devices = Machine.look(OptionalLong.empty()).devices();
    List<Trial> trials = new ArrayList<>();
    try (Progress progress = new Progress(json)) {
      Checkup checkup = new Checkup(devices, limitSeconds, seed, progress::show);
      for (Device each : devices.select(device)) {
        trials.addAll(checkup.run(each, chosen));
      }
    }
    System.out.print(json ? CheckupText.jsonLines(trials) : CheckupText.terminal(trials));
    boolean good = !trials.isEmpty() && trials.stream().allMatch(Trial::good);
    return good ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  private int examine() {
    Set<Backend> chosen = Backend.parse(backends);
    List<Path> places = classes.isEmpty() ? ownClasses() : classes;
    Diagnosis diagnosis = Doctor.of(places).examine(chosen, strict);
    Acceptances acceptances =
        accepted != null
            ? Acceptances.read(accepted)
            : classes.isEmpty() ? Acceptances.ofOwnKernels() : Acceptances.none();
    List<Finding> remaining = acceptances.remaining(diagnosis.findings());
    DiagnosisText text =
        new DiagnosisText(
            diagnosis,
            remaining,
            diagnosis.findings().size() - remaining.size(),
            // Our own are for all back ends; which of them are chosen is no fault of theirs.
            accepted == null ? List.of() : acceptances.unused(diagnosis.findings()),
            chosen,
            new SourceFiles(sourceRoots, places));
    if (json) {
      System.out.print(text.jsonLines());
    } else {
      System.out.print(annotations ? text.annotations() : text.terminal());
    }
    boolean clean = text.findings().isEmpty() && text.unused().isEmpty();
    return clean ? ExitCodes.GOOD : ExitCodes.WRONG_RESULT;
  }

  /** Where the kernels of the catalog were loaded from. */
  private static List<Path> ownClasses() {
    Set<Path> places = new LinkedHashSet<>();
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      URL place = kernel.getClass().getProtectionDomain().getCodeSource().getLocation();
      try {
        places.add(Path.of(place.toURI()));
      } catch (URISyntaxException e) {
        throw SquallException.invalidInput("cannot read classes at " + place);
      }
    }
    return new ArrayList<>(places);
  }
}
