package dev.squall.pipeline.bundle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One kernel of OpenCL C that TornadoVM generated.
 *
 * @param text the whole of it, with its pragmas, always the same for the same kernel
 */
public record GeneratedKernel(String entryPoint, String text) {
  private static final Pattern SIGNATURE =
      Pattern.compile(
          "__kernel\\s+(?:__attribute__\\s*\\(\\(.*?\\)\\)\\s*)*void\\s+(\\w+)\\s*\\(([^)]*)\\)");
  private static final Pattern WORK_GROUP =
      Pattern.compile("reqd_work_group_size\\s*\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*\\)");
  private static final Pattern GLOBAL_ID =
      Pattern.compile("(\\w+)\\s+=\\s+get_global_id\\((\\d)\\);");
  private static final Pattern COPY = Pattern.compile("\\w+\\s+=\\s+(\\w+);");

  /** Declarations come in the order of a hash table, another one in every run. */
  private static final Pattern DECLARATION = Pattern.compile("(?m)^(  \\w+ )(\\w+(?:, \\w+)*); *$");

  private static final String END = "}  //  kernel";

  /** The kernels in what TornadoVM printed, in order. */
  public static List<GeneratedKernel> parse(String printed) {
    List<GeneratedKernel> kernels = new ArrayList<>();
    int start = 0;
    for (int end = printed.indexOf(END); end >= 0; end = printed.indexOf(END, start)) {
      String text = printed.substring(start, end + END.length()).strip();
      Matcher signature = SIGNATURE.matcher(text);
      if (signature.find()) {
        kernels.add(new GeneratedKernel(signature.group(1), normalized(text)));
      }
      start = end + END.length();
    }
    return kernels;
  }

  private static String normalized(String text) {
    List<String> lines = new ArrayList<>(text.lines().map(String::stripTrailing).toList());
    // The declarations stand together at the top of the body.
    int first = -1;
    int last = -1;
    for (int i = 0; i < lines.size(); i++) {
      Matcher declaration = DECLARATION.matcher(lines.get(i));
      if (declaration.matches()) {
        String names =
            Arrays.stream(declaration.group(2).split(", "))
                .sorted()
                .collect(Collectors.joining(", "));
        lines.set(i, declaration.group(1) + names + ";");
        first = first < 0 ? i : first;
        last = i;
      } else if (first >= 0) {
        break;
      }
    }
    if (first >= 0) {
      lines.subList(first, last + 1).sort(null);
    }
    return String.join("\n", lines) + "\n";
  }

  /** Names of the kernel's parameters, in order. */
  public List<String> parameters() {
    Matcher signature = SIGNATURE.matcher(text);
    if (!signature.find()) {
      throw new IllegalStateException("no kernel in " + text);
    }
    return Arrays.stream(signature.group(2).split(","))
        .map(parameter -> parameter.strip().replaceAll(".*[ *]", ""))
        .toList();
  }

  /** The work-group that the code is fixed to; empty if none. */
  public List<Integer> workGroup() {
    Matcher fixed = WORK_GROUP.matcher(text);
    return fixed.find()
        ? List.of(
            Integer.valueOf(fixed.group(1)),
            Integer.valueOf(fixed.group(2)),
            Integer.valueOf(fixed.group(3)))
        : List.of();
  }

  /** Whether the outermost of several parallel loops runs along the first dimension. */
  public boolean outermostFirst() {
    Map<String, Integer> dimensionOf = new HashMap<>();
    Matcher ids = GLOBAL_ID.matcher(text);
    while (ids.find()) {
      dimensionOf.put(ids.group(1), Integer.valueOf(ids.group(2)));
    }
    if (dimensionOf.size() < 2) {
      return false;
    }
    // Loops begin with a copy of their id, the outermost first.
    Matcher copies = COPY.matcher(text);
    while (copies.find()) {
      Integer dimension = dimensionOf.get(copies.group(1));
      if (dimension != null) {
        return dimension == 0;
      }
    }
    throw new IllegalStateException(entryPoint + ": no loop begins with a global id");
  }
}
