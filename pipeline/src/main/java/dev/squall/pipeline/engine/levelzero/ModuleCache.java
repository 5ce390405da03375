package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.KernelBundle;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Modules made from bundles: in memory for this process, as native binaries for the next. */
final class ModuleCache implements AutoCloseable {
  private static final int FORMAT_SPIRV = 0;
  private static final int FORMAT_NATIVE = 1;
  private static final int LOG_CHARACTERS = 500;

  private final ZeContext context;
  private final BundleStore bundles;
  private final BinaryFolder binaries;
  private final Map<KernelBundle, Long> modules = new HashMap<>();

  ModuleCache(ZeContext context, BundleStore bundles, BinaryFolder binaries) {
    this.context = context;
    this.bundles = bundles;
    this.binaries = binaries;
  }

  /**
   * @throws SquallException COMPILE with the first lines of the driver's build log
   */
  long module(KernelBundle bundle) {
    Long ready = modules.get(bundle);
    if (ready == null) {
      byte[] code = bundles.code(bundle);
      String key = key(code);
      ready = binaries.read(key).flatMap(this::load).orElseGet(() -> build(bundle, code, key));
      modules.put(bundle, ready);
    }
    return ready;
  }

  private String key(byte[] code) {
    DeviceFacts facts = context.facts();
    return BinaryFolder.key(
        List.of(facts.platform(), facts.name(), facts.version(), facts.driver()), code);
  }

  /** Empty for a binary of another driver version, or a damaged one: built anew. */
  private Optional<Long> load(byte[] binary) {
    Attempt attempt = create(FORMAT_NATIVE, binary);
    return attempt.answer() == ZeErrors.SUCCESS ? Optional.of(attempt.module()) : Optional.empty();
  }

  private long build(KernelBundle bundle, byte[] code, String key) {
    Attempt attempt = create(FORMAT_SPIRV, code);
    if (attempt.answer() != ZeErrors.SUCCESS) {
      throw new SquallException(
          ErrorClass.COMPILE,
          "%s does not build: zeModuleCreate answered %s%s"
              .formatted(
                  bundle.file(),
                  ZeErrors.name(attempt.answer()),
                  attempt.log().isEmpty() ? "" : ": " + attempt.log()));
    }
    binaries.keep(key, nativeBinary(attempt.module()));
    return attempt.module();
  }

  private record Attempt(int answer, long module, String log) {}

  private Attempt create(int format, byte[] content) {
    ZeApi api = context.api();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment desc = ZeStruct.MODULE_DESC.allocate(arena);
      ZeStruct.MODULE_DESC.put(desc, "format", format);
      ZeStruct.MODULE_DESC.put(desc, "inputSize", (long) content.length);
      // SPIR-V is read as words.
      MemorySegment input = arena.allocate(Math.max(1, content.length), Long.BYTES);
      MemorySegment.copy(content, 0, input, ValueLayout.JAVA_BYTE, 0, content.length);
      ZeStruct.MODULE_DESC.put(desc, "pInputModule", input);
      MemorySegment module = ZeStruct.out(arena);
      MemorySegment log = ZeStruct.out(arena);
      int answer =
          api.moduleCreate.answer(context.handle(), context.device().device(), desc, module, log);
      return new Attempt(
          answer,
          module.get(ValueLayout.JAVA_LONG, 0),
          takeLog(arena, log.get(ValueLayout.JAVA_LONG, 0)));
    }
  }

  private String takeLog(Arena arena, long log) {
    if (log == 0) {
      return "";
    }
    ZeApi api = context.api();
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    String text = "";
    if (api.buildLogGetString.answer(log, size, MemorySegment.NULL) == ZeErrors.SUCCESS) {
      MemorySegment characters = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
      if (api.buildLogGetString.answer(log, size, characters) == ZeErrors.SUCCESS) {
        text =
            new String(characters.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)
                .replace("\0", "")
                .strip();
      }
    }
    api.buildLogDestroy.answer(log);
    return text.length() <= LOG_CHARACTERS ? text : text.substring(0, LOG_CHARACTERS) + " …";
  }

  private byte[] nativeBinary(long module) {
    try (Arena arena = Arena.ofConfined()) {
      ZeFunction question = context.api().moduleGetNativeBinary;
      MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
      if (question.answer(module, size, MemorySegment.NULL) != ZeErrors.SUCCESS) {
        return new byte[0];
      }
      long bytes = size.get(ValueLayout.JAVA_LONG, 0);
      MemorySegment binary = arena.allocate(Math.max(1, bytes));
      return question.answer(module, size, binary) == ZeErrors.SUCCESS
          ? binary.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE)
          : new byte[0];
    }
  }

  @Override
  public void close() {
    modules.values().forEach(module -> context.api().moduleDestroy.answer(module));
    modules.clear();
  }
}
