package dev.squall.spark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * Runs the commands of a partition, each in a process of its own, and gives an answer in JSON for
 * each: key, exitCode, output, errors, worker. A command that fails is an answer like any other;
 * only the loss of the executor makes Spark run it again.
 */
final class RunCommand extends AbstractFunction1<Iterator<CommandTask>, List<String>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  @Override
  public List<String> apply(Iterator<CommandTask> tasks) {
    List<String> answers = new ArrayList<>();
    while (tasks.hasNext()) {
      answers.add(answer(tasks.next()));
    }
    return answers;
  }

  private static String answer(CommandTask task) {
    ProcessBuilder builder = new ProcessBuilder(task.words()).directory(new File(task.directory()));
    // Spark's own JVM options are not for the command.
    builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    ResourceInformation gpu = TaskContext.get().resourcesJMap().get("gpu");
    if (gpu != null) {
      builder.environment().put("CUDA_VISIBLE_DEVICES", String.join(",", gpu.addresses()));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("key", task.key());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> errors =
          CompletableFuture.supplyAsync(
              () -> read(process.getErrorStream()), Thread::startVirtualThread);
      Thread end = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(end);
      try {
        String output = read(process.getInputStream());
        answer.put("exitCode", process.waitFor());
        answer.put("output", output);
        answer.put("errors", errors.join());
      } finally {
        process.destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(end);
      }
      answer.put("worker", InetAddress.getLocalHost().getHostName());
      return new JsonMapper().writeValueAsString(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a command ran", e);
    }
  }

  private static String read(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
