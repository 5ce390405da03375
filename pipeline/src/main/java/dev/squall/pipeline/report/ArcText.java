package dev.squall.pipeline.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.squall.pipeline.arc.ArcFinding;
import dev.squall.pipeline.arc.CompiledKernel;
import java.util.List;

/** The findings of a check for Intel's GPUs as a table and as JSON. */
public final class ArcText {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ArcText() {}

  public static String terminal(List<ArcFinding> findings) {
    TextTable table =
        new TextTable(
            "bundle",
            "target",
            "GPU",
            ">SIMD",
            ">registers",
            ">spills",
            ">spill bytes",
            ">private bytes",
            ">local bytes");
    StringBuilder complaints = new StringBuilder();
    for (ArcFinding finding : findings) {
      switch (finding) {
        case ArcFinding.Compilation compilation -> {
          compilation.kernel().ifPresent(kernel -> table.row(row(compilation, kernel)));
          if (compilation.kernel().isEmpty()) {
            complain(
                complaints, finding, compilation.model().key() + ": " + compilation.complaint());
          } else if (compilation.bad()) {
            complain(complaints, finding, compilation.model().key() + ": spills registers");
          }
        }
        case ArcFinding.Validity validity ->
            validity
                .complaint()
                .ifPresent(complaint -> complain(complaints, finding, "invalid: " + complaint));
      }
    }
    long bad = findings.stream().filter(ArcFinding::bad).count();
    return "%s%s%d checks, %d bad%n".formatted(table.plain(), complaints, findings.size(), bad);
  }

  private static List<String> row(ArcFinding.Compilation compilation, CompiledKernel kernel) {
    return List.of(
        name(compilation),
        compilation.bundle().target().key(),
        compilation.model().key(),
        Integer.toString(kernel.simdWidth()),
        Integer.toString(kernel.registers()),
        Integer.toString(kernel.spills()),
        Long.toString(kernel.spillBytes()),
        Long.toString(kernel.privateBytes()),
        Long.toString(kernel.localBytes()));
  }

  private static void complain(StringBuilder text, ArcFinding finding, String complaint) {
    text.append(
        "%s (%s) %s%n".formatted(name(finding), finding.bundle().target().key(), complaint));
  }

  private static String name(ArcFinding finding) {
    String code = finding.bundle().code();
    return code.substring(code.lastIndexOf('.') + 1) + "." + finding.bundle().method();
  }

  /** One line a finding. */
  public static String jsonLines(List<ArcFinding> findings) {
    StringBuilder text = new StringBuilder();
    for (ArcFinding finding : findings) {
      text.append(json(finding)).append('\n');
    }
    return text.toString();
  }

  private static String json(ArcFinding finding) {
    ObjectNode line = JSON.createObjectNode();
    line.put("kernel", finding.bundle().code() + "." + finding.bundle().method());
    line.put("target", finding.bundle().target().key());
    switch (finding) {
      case ArcFinding.Compilation compilation -> {
        line.put("check", "compile");
        line.put("gpu", compilation.model().key());
        line.put("given", compilation.given());
        line.put("gpu_name", compilation.model().description());
        line.put("compiles", compilation.kernel().isPresent());
        compilation
            .kernel()
            .ifPresentOrElse(
                kernel -> put(line, kernel), () -> line.put("complaint", compilation.complaint()));
      }
      case ArcFinding.Validity validity -> {
        line.put("check", "validate");
        line.put("valid", validity.complaint().isEmpty());
        validity.complaint().ifPresent(complaint -> line.put("complaint", complaint));
      }
    }
    line.put("bad", finding.bad());
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void put(ObjectNode line, CompiledKernel kernel) {
    line.put("simd_width", kernel.simdWidth());
    line.put("registers", kernel.registers());
    line.put("spilled", kernel.spilled());
    line.put("spills", kernel.spills());
    line.put("spill_bytes", kernel.spillBytes());
    line.put("private_bytes", kernel.privateBytes());
    line.put("local_bytes", kernel.localBytes());
  }
}
