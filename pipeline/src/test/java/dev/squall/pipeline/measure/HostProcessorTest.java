package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcessorTest {
  @TempDir private Path root;

  @Test
  void readsTheModel() throws IOException {
    write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some Processor 9\nmodel\t: 17\n");
    assertThat(new HostProcessor(root).model()).isEqualTo("Some Processor 9");
  }

  @Test
  void countsASharedCacheOnce() throws IOException {
    for (int core = 0; core < 4; core++) {
      String cache = "sys/devices/system/cpu/cpu" + core + "/cache/";
      write(cache + "index0/size", "32K\n");
      write(cache + "index0/shared_cpu_list", core + "\n");
      write(cache + "index1/size", "16384K\n");
      write(cache + "index1/shared_cpu_list", (core < 2 ? "0-1" : "2-3") + "\n");
    }
    write("sys/devices/system/cpu/cpufreq/boost", "1\n");
    assertThat(new HostProcessor(root).lastLevelCacheBytes()).isEqualTo(2 * 16384L * 1024);
  }

  @Test
  void otherSystemsGetPlainAnswers() {
    HostProcessor unknown = new HostProcessor(root);
    assertThat(unknown.model()).isEqualTo(System.getProperty("os.arch"));
    assertThat(unknown.lastLevelCacheBytes()).isZero();
  }

  @Test
  void aSizeInAnotherUnitIsUnknown() throws IOException {
    write("sys/devices/system/cpu/cpu0/cache/index0/size", "32M\n");
    write("sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list", "0\n");
    assertThat(new HostProcessor(root).lastLevelCacheBytes()).isZero();
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
