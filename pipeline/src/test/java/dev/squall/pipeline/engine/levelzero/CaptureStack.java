package dev.squall.pipeline.engine.levelzero;

import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.KnownStack;
import dev.squall.pipeline.stack.StackFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Intel's GPU driver in capture mode, as {@code ./squall setup arc-capture} sets it up. */
final class CaptureStack {
  private CaptureStack() {}

  /**
   * @param cache an empty folder
   * @return empty where the machine has no such driver with Level Zero
   */
  static Optional<DriverStack> find(Path cache) throws IOException {
    Optional<DriverStack> registered =
        DriverStacks.find(cache).found().stream().filter(DriverStack::offersLevelZero).findFirst();
    if (registered.isEmpty()) {
      return Optional.empty();
    }
    String name = KnownStack.ARC_CAPTURE.stackName();
    Path icd = StackFolder.of(cache, name).icd();
    Files.createDirectories(icd.getParent());
    Files.writeString(icd, registered.get().library() + "\n");
    return DriverStacks.find(cache).named(name).filter(DriverStack::offersLevelZero);
  }
}
