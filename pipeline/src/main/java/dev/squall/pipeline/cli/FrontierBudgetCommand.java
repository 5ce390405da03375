package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.report.BudgetText;
import dev.squall.pipeline.frontier.sweep.ModelIdentity;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Budget tables and equal costs. */
@Command(
    name = "budget",
    mixinStandardHelpOptions = true,
    description = {
      "Show the budget of each method for each sparsity at a length (the study's tables, in"
          + " proportion beyond them), what models cost by the study's formulas, and at which"
          + " density they cost the same.",
      ""
    })
final class FrontierBudgetCommand implements Callable<Integer> {
  @Option(names = "--length", description = "Tokens (${DEFAULT-VALUE}).")
  private int length = 16384;

  @Option(names = "--sparsity", split = ",", description = "(0.5,0.667,0.8,0.9,0.95)")
  private List<Double> sparsities = List.of(.5, .667, .8, .9, .95);

  @Option(
      names = "--models",
      split = ",",
      description =
          "The study's Qwen2.5-7B, -14B, -32B, -72B; smollm2, gemma3, or GGUF files; default: the"
              + " study's.")
  private List<String> models = Transformer.QWEN_2_5.stream().map(Transformer::name).toList();

  @Option(names = "--batch", description = "Sequences decoded together (${DEFAULT-VALUE}).")
  private int batch = 1;

  @Override
  public Integer call() {
    Ranges.requirePositive("--length", length);
    Ranges.requirePositive("--batch", batch);
    for (double sparsity : sparsities) {
      if (!(sparsity >= 0 && sparsity < 1)) {
        throw SquallException.invalidInput(
            "--sparsity %s: expected a share of 0 or more, below 1".formatted(sparsity));
      }
    }
    List<Transformer> all = new ArrayList<>();
    models.forEach(name -> all.add(transformer(name)));
    System.out.printf("budgets at %d tokens%n", length);
    System.out.println(BudgetText.budgets(length, sparsities));
    System.out.println(BudgetText.costs(all, length, batch, sparsities));
    System.out.println("density at which the column's model");
    System.out.print(BudgetText.equalCosts(all, length, batch));
    return ExitCodes.GOOD;
  }

  private static Transformer transformer(String name) {
    return Transformer.QWEN_2_5.stream()
        .filter(model -> model.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseGet(
            () ->
                ModelIdentity.transformer(
                    name, Decoder.open(new ModelStore(UserFiles.cache(), new Pip()).find(name))));
  }
}
