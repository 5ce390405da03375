package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.model.store.KnownModel;
import dev.squall.pipeline.model.store.ModelStore;
import dev.squall.pipeline.model.store.Pip;
import dev.squall.pipeline.report.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists known models and where they are. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {"List the models that Squall knows by name, and where they are.", ""})
final class ModelListCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one JSON line a model.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    ModelStore store = new ModelStore(UserFiles.cache(), new Pip());
    TextTable table = new TextTable("model", ">MB", "licence", "where");
    for (KnownModel model : KnownModel.values()) {
      String where =
          store.has(model)
              ? store.file(model).toString()
              : "not here; ./squall model get " + model.label();
      if (json) {
        System.out.println(JSON.writeValueAsString(node(model, store)));
      }
      table.row(
          List.of(
              model.label(),
              String.format(Locale.ROOT, "%.0f", model.bytes() / 1e6),
              model.licence(),
              where));
    }
    if (!json) {
      System.out.print(table.plain());
    }
    return ExitCodes.GOOD;
  }

  private static ObjectNode node(KnownModel model, ModelStore store) {
    ObjectNode node = JSON.createObjectNode();
    node.put("model", model.label());
    node.put("bytes", model.bytes());
    node.put("licence", model.licence());
    node.put("here", store.has(model));
    node.put("file", store.file(model).toString());
    return node;
  }
}
