package dev.squall.pipeline.arc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the description of kernels in a GPU binary ({@code .ze_info}): YAML as Intel's compiler
 * writes it, a key a line, nested by spaces. Source: the zebin documentation of Intel's graphics
 * compiler.
 */
final class ZeInfo {
  static final String SECTION = ".ze_info";

  private static final Pattern LINE = Pattern.compile("( *)(- )?(\\w+): *(.*)");
  private static final int KERNEL_INDENT = 4;
  private static final int ENTRY_INDENT = 6;

  private final Map<String, KernelDescription> kernels = new LinkedHashMap<>();
  private String list = "";
  private String kernel;
  private String group = "";
  private final Map<String, String> execution = new LinkedHashMap<>();
  private final Map<String, String> buffer = new LinkedHashMap<>();
  private long scratchBytes;
  private long spillBytes;
  private long privateBytes;

  private ZeInfo() {}

  /** The kernels by name. */
  static Map<String, KernelDescription> parse(String yaml) {
    ZeInfo info = new ZeInfo();
    yaml.lines().map(LINE::matcher).filter(Matcher::matches).forEach(info::read);
    info.endKernel();
    return info.kernels;
  }

  private void read(Matcher line) {
    boolean item = line.group(2) != null;
    int indent = line.group(1).length() + (item ? 2 : 0);
    String key = line.group(3);
    String value = line.group(4).replace("'", "").strip();
    if (indent == 0) {
      endKernel();
      list = key;
    } else if (!list.equals("kernels")) {
      return; // arguments' names and the like
    } else if (indent == KERNEL_INDENT) {
      if (item) {
        endKernel();
      }
      endBuffer();
      group = key;
      if (key.equals("name")) {
        kernel = value;
      }
    } else if (group.equals("execution_env")) {
      execution.put(key, value);
    } else if (group.equals("per_thread_memory_buffers") && indent >= ENTRY_INDENT) {
      if (item) {
        endBuffer();
      }
      buffer.put(key, value);
    }
  }

  private void endBuffer() {
    if (buffer.isEmpty()) {
      return;
    }
    long size = number(buffer, "size");
    if (buffer.getOrDefault("usage", "").equals("private_space")) {
      boolean ofWorkItem = buffer.getOrDefault("is_simt_thread", "false").equals("true");
      privateBytes += ofWorkItem ? size : size / Math.max(1, number(execution, "simd_size"));
    } else if (buffer.getOrDefault("type", "").equals("scratch")) {
      scratchBytes += size;
      if (buffer.getOrDefault("usage", "").equals("spill_fill_space")) {
        spillBytes += size;
      }
    }
    buffer.clear();
  }

  private void endKernel() {
    endBuffer();
    if (kernel != null) {
      kernels.put(
          kernel,
          new KernelDescription(
              (int) number(execution, "simd_size"),
              (int) number(execution, "grf_count"),
              scratchBytes,
              Math.max(spillBytes, number(execution, "spill_size")),
              privateBytes,
              number(execution, "slm_size")));
    }
    kernel = null;
    group = "";
    execution.clear();
    scratchBytes = 0;
    spillBytes = 0;
    privateBytes = 0;
  }

  private static long number(Map<String, String> values, String key) {
    String text = values.getOrDefault(key, "0");
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }
}
