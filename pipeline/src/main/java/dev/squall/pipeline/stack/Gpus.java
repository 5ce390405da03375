package dev.squall.pipeline.stack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which GPUs the kernel offers, told by its files alone.
 *
 * @param devices {@code /dev}
 * @param graphics {@code /sys/class/drm}
 */
public record Gpus(Path devices, Path graphics) {
  static final String INTEL = "0x8086";
  static final String AMD = "0x1002";

  static Gpus ofThisMachine() {
    return new Gpus(Path.of("/dev"), Path.of("/sys/class/drm"));
  }

  /** The files that come and go with GPUs, in a stable order. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    files.addAll(children(devices, "nvidia*"));
    files.addAll(children(devices, "kfd"));
    files.addAll(children(devices.resolve("dri"), "*"));
    files.sort(null);
    return files;
  }

  boolean nvidia() {
    return !children(devices, "nvidia[0-9]*").isEmpty();
  }

  /** Whether there is a GPU of the maker with this PCI number. */
  boolean ofVendor(String vendor) {
    for (Path node : children(graphics, "renderD*")) {
      try {
        if (Files.readString(node.resolve("device").resolve("vendor")).strip().equals(vendor)) {
          return true;
        }
      } catch (IOException | RuntimeException e) {
        // A node that is just going away is none.
      }
    }
    return false;
  }

  private static List<Path> children(Path folder, String pattern) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, pattern)) {
      children.forEach(found::add);
    } catch (IOException | RuntimeException e) {
      // No such folder: no such GPU.
    }
    return found;
  }
}
