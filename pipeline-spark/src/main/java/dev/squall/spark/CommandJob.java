package dev.squall.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * The Spark side of a job of commands: reads the job's file, runs a partition a command and prints
 * each answer as a JSON line on stdout as soon as it has come. Commands that need a resource get a
 * stage with a resource profile of its own; Spark's scheduler does the rest.
 */
public final class CommandJob {
  private CommandJob() {}

  /**
   * @param arguments the job's file: command, directory, cores and tasks (key, arguments, resource)
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    JsonNode job = new JsonMapper().readTree(new File(arguments[0]));
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf());
        ExecutorService stages = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      byResource(job)
          .forEach(
              (resource, tasks) ->
                  running.add(
                      stages.submit(() -> run(spark, job.get("cores").asInt(), resource, tasks))));
      for (Future<?> stage : running) {
        stage.get();
      }
    } catch (ExecutionException e) {
      System.err.println("ERROR " + e.getCause());
      System.exit(1);
    }
  }

  private static Map<String, List<CommandTask>> byResource(JsonNode job) {
    Map<String, List<CommandTask>> tasks = new LinkedHashMap<>();
    for (JsonNode task : job.get("tasks")) {
      List<String> words = new ArrayList<>();
      words.add(job.get("command").asText());
      task.get("arguments").forEach(word -> words.add(word.asText()));
      tasks
          .computeIfAbsent(task.get("resource").asText(), absent -> new ArrayList<>())
          .add(new CommandTask(task.get("key").asText(), job.get("directory").asText(), words));
    }
    return tasks;
  }

  private static void run(
      JavaSparkContext spark, int cores, String resource, List<CommandTask> tasks) {
    JavaRDD<CommandTask> commands = spark.parallelize(tasks, tasks.size());
    if (!resource.isEmpty()) {
      TaskResourceRequests needs = new TaskResourceRequests().cpus(cores).resource(resource, 1);
      commands = commands.withResources(new ResourceProfileBuilder().require(needs).build());
    }
    spark
        .sc()
        .runJob(commands.rdd(), new RunCommand(), new Print(), ClassTag$.MODULE$.apply(List.class));
  }

  /** Spark calls it once a partition, from one thread a stage. */
  private static final class Print extends AbstractFunction2<Object, List<String>, BoxedUnit> {
    @Override
    public BoxedUnit apply(Object partition, List<String> answers) {
      synchronized (System.out) {
        answers.forEach(System.out::println);
        System.out.flush();
      }
      return BoxedUnit.UNIT;
    }
  }
}
