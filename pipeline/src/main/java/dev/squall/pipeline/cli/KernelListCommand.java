package dev.squall.pipeline.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Port;
import dev.squall.kernels.spec.Variant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists kernels with their ports, parameters and variants. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {"List all kernels with ports, parameters and variants.", ""})
final class KernelListCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one JSON line a kernel.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    for (Kernel kernel : KernelCatalog.load().kernels()) {
      System.out.println(json ? JSON.writeValueAsString(node(kernel)) : text(kernel));
    }
    return ExitCodes.GOOD;
  }

  private static String text(Kernel kernel) {
    String parameters =
        kernel.signature().parameters().stream()
            .map(p -> "    %s = %s: %s; %s".formatted(p.name(), shown(p), p.summary(), p.range()))
            .collect(Collectors.joining("\n"));
    return "%s – %s%n  in: %s%n  out: %s%n  variants: %s%n%s"
        .formatted(
            kernel.id(),
            kernel.signature().summary(),
            ports(kernel.signature().inputs()),
            ports(kernel.signature().outputs()),
            String.join(", ", kernel.variants().stream().map(Variant::name).toList()),
            parameters.isEmpty() ? "" : parameters + "\n");
  }

  private static String ports(List<Port> ports) {
    return ports.stream().map(Port::toString).collect(Collectors.joining(", "));
  }

  private static String shown(Parameter parameter) {
    boolean derived = parameter.defaultValue() instanceof Double d && d.isNaN();
    return derived ? "derived" : parameter.defaultValue().toString();
  }

  private static ObjectNode node(Kernel kernel) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", kernel.id());
    node.put("summary", kernel.signature().summary());
    node.set("in", ports(kernel.signature().inputs(), JSON.createArrayNode()));
    node.set("out", ports(kernel.signature().outputs(), JSON.createArrayNode()));
    ArrayNode parameters = node.putArray("parameters");
    for (Parameter parameter : kernel.signature().parameters()) {
      ObjectNode each = parameters.addObject();
      each.put("name", parameter.name());
      each.put("default", shown(parameter));
      each.put("range", parameter.range());
      each.put("summary", parameter.summary());
    }
    ArrayNode variants = node.putArray("variants");
    kernel.variants().forEach(variant -> variants.add(variant.name()));
    return node;
  }

  private static ArrayNode ports(List<Port> ports, ArrayNode array) {
    for (Port port : ports) {
      ObjectNode node = array.addObject();
      node.put("name", port.name());
      node.put("type", port.type().label());
      ArrayNode shape = node.putArray("shape");
      port.dims().forEach(shape::add);
      node.put("optional", port.optional());
    }
    return array;
  }
}
