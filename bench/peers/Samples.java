import com.sun.management.ThreadMXBean;
import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.SafetensorsFile;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.attention.HeadThresholds;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.decoder.Prefill;
import dev.squall.pipeline.model.decoder.PrefillResult;
import dev.squall.pipeline.model.decoder.VocabularyScores;
import dev.squall.pipeline.model.tokenizer.Utf8Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Our side of a comparison: jobs that compare.py times one run at a time, in turn with a peer's.
 *
 * <p>Each argument is a job, words apart by spaces: {@code fma}, the multiply-add peak; {@code
 * prefill model=FILE text=FILE attention=METHOD …}; or a kernel's id, extents {@code L H Hk D} or
 * {@code input=FILE#PREFIX} for its q, k and v, {@code density} of a made mask or {@code mask=JOB}
 * for the mask that another job has written, and the kernel's parameters. A line with a job's number
 * on the standard input runs that job once; the answer is a JSON line. The first answers, one a job,
 * come unasked when all jobs are warm.
 */
final class Samples {
  private static final double WARM_UP_SECONDS = 4;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Samples() {}

  /** Something that is run and timed; answers what is to be told beside its time. */
  private interface Job {
    /** One run: milliseconds. */
    double run();

    /** What is measured or counted once. */
    Map<String, Object> facts();
  }

  public static void main(String[] arguments) throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (String argument : arguments) {
      jobs.add(job(argument, jobs));
    }
    for (int i = 0; i < jobs.size(); i++) {
      warmUp(jobs.get(i));
      Map<String, Object> facts = new TreeMap<>(jobs.get(i).facts());
      facts.put("job", arguments[i]);
      System.out.println(json(facts));
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = lines.readLine()) != null; ) {
      int i = Integer.parseInt(line.strip());
      System.out.println(json(Map.of("job", arguments[i], "milliseconds", jobs.get(i).run())));
    }
  }

  private static void warmUp(Job job) {
    long end = System.nanoTime() + (long) (1e9 * WARM_UP_SECONDS);
    do {
      job.run();
    } while (System.nanoTime() < end);
  }

  private static Job job(String words, List<Job> before) {
    Map<String, String> options = new LinkedHashMap<>();
    String[] parts = words.split(" ");
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].split("=", 2);
      options.put(pair[0], pair[1]);
    }
    return switch (parts[0]) {
      case "fma" -> new Peak();
      case "prefill" -> new ModelJob(options);
      default -> new KernelJob(parts[0], options, before);
    };
  }

  /** Time of a billion operations at the multiply-add peak of all threads. */
  private static final class Peak implements Job {
    private final HostCeilings ceilings = new HostCeilings(HostThreads.all(), text -> {});

    @Override
    public double run() {
      return 1e3 / ceilings.quickFmaPeak().allThreads();
    }

    @Override
    public Map<String, Object> facts() {
      return Map.of("gigaflop", 1.0, "threads", HostThreads.all().count());
    }
  }

  private static final class KernelJob implements Job {
    private final Call call;
    private final Variant.Host variant;

    /** What the first call allocated, of which some is kept for later ones. */
    private double firstCallMegabytes = Double.NaN;

    KernelJob(String id, Map<String, String> options, List<Job> before) {
      Kernel kernel = KernelCatalog.load().kernel(id);
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      String input = options.remove("input");
      if (input != null) {
        String[] place = input.split("#", 2);
        SafetensorsFile file = SafetensorsFile.open(Path.of(place[0]));
        for (String name : List.of("q", "k", "v")) {
          inputs.put(name, file.tensor(place[1] + "." + name).toF32());
        }
      } else {
        long length = Long.parseLong(options.remove("L"));
        long heads = Long.parseLong(options.remove("H"));
        long keyHeads = Long.parseLong(options.getOrDefault("Hk", Long.toString(heads)));
        options.remove("Hk");
        long size = Long.parseLong(options.remove("D"));
        inputs.put("q", normal(1, heads, length, size));
        inputs.put("k", normal(2, keyHeads, length, size));
        inputs.put("v", normal(3, keyHeads, length, size));
      }
      String density = options.remove("density");
      if (density != null) {
        int block = Integer.parseInt(options.getOrDefault("block", "128"));
        inputs.put("mask", mask(inputs.get("q"), block, Double.parseDouble(density)));
      }
      String other = options.remove("mask");
      if (other != null) {
        inputs.put("mask", ((KernelJob) before.get(Integer.parseInt(other))).call.out("mask"));
      }
      call = Call.of(kernel, inputs, options);
      variant =
          kernel.variants().stream()
              .filter(Variant.Host.class::isInstance)
              .map(Variant.Host.class::cast)
              .findFirst()
              .orElseThrow();
    }

    @Override
    public double run() {
      long allocated = THREADS.getTotalThreadAllocatedBytes();
      long start = System.nanoTime();
      variant.code().run(call, HostThreads.all());
      double milliseconds = 1e-6 * (System.nanoTime() - start);
      if (Double.isNaN(firstCallMegabytes)) {
        firstCallMegabytes = 1e-6 * (THREADS.getTotalThreadAllocatedBytes() - allocated);
      }
      return milliseconds;
    }

    @Override
    public Map<String, Object> facts() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("first_call_mb", firstCallMegabytes);
      AttentionShape shape = AttentionShape.of(call.sizes());
      double kept = shape.heads() * shape.visiblePairs();
      Tensor mask = call.has("mask") ? call.in("mask") : call.outputs().get("mask");
      if (mask != null) {
        BlockMask blocks = new BlockMask(mask, call.sizes().integer("block"));
        kept = 0;
        for (int head = 0; head < shape.heads(); head++) {
          kept += blocks.keptPairs(shape, head);
        }
        facts.put("recall", AttentionRecall.sampled(call.in("q"), call.in("k"), shape, blocks).mean());
      }
      facts.put("density", kept / (shape.heads() * shape.visiblePairs()));
      facts.put("gigaflop", 4e-9 * shape.headSize() * kept);
      long before = THREADS.getTotalThreadAllocatedBytes();
      run();
      facts.put("workspace_mb", 1e-6 * (THREADS.getTotalThreadAllocatedBytes() - before));
      return facts;
    }

    private static Tensor normal(long seed, long heads, long length, long size) {
      Tensor tensor = Tensor.allocate(ElementType.F32, heads, length, size);
      SplittableRandom random = new SplittableRandom(seed);
      for (long i = 0; i < tensor.elements(); i++) {
        tensor.f32(i, (float) random.nextGaussian());
      }
      return tensor;
    }

    /** The diagonal and each block below it whose hash is low; torch_flex.py makes the same. */
    private static Tensor mask(Tensor q, int block, double density) {
      int heads = (int) q.dim(0);
      int blocks = (int) ((q.dim(1) + block - 1) / block);
      byte[] kept = new byte[heads * blocks * blocks];
      for (int head = 0; head < heads; head++) {
        for (int row = 0; row < blocks; row++) {
          for (int column = 0; column <= row; column++) {
            long hash = (head * 7919L + row * 104729L + column * 1299709L) * 2654435761L;
            boolean low = ((hash ^ hash >>> 15) & 0xFFFF) < density * 0x10000;
            kept[(head * blocks + row) * blocks + column] = (byte) (low || row == column ? 1 : 0);
          }
        }
      }
      return Tensor.of(ElementType.U8, kept, heads, blocks, blocks);
    }
  }

  private static final class ModelJob implements Job {
    private final Decoder decoder;
    private final int[] ids;
    private final PrefillAttention attention;
    private PrefillResult last;

    ModelJob(Map<String, String> options) {
      decoder = Decoder.open(Path.of(options.remove("model")));
      String text =
          Utf8Text.read(
              Path.of(options.remove("text")), Integer.parseInt(options.getOrDefault("skip", "0")));
      options.remove("skip");
      ids = decoder.tokenizer().encode(text, false, Integer.parseInt(options.remove("tokens")));
      String method = options.remove("attention");
      String thresholds = options.remove("thresholds");
      attention =
          thresholds == null
              ? AttentionMethods.load().method(method, options)
              : AttentionMethods.load()
                  .withThresholds(method, options, HeadThresholds.read(Path.of(thresholds)));
    }

    @Override
    public double run() {
      last =
          Prefill.run(
              decoder, ids, attention, null, (layer, tensors, outcome) -> {}, HostThreads.all());
      return 1e3 * last.seconds();
    }

    @Override
    public Map<String, Object> facts() {
      List<Double> densities = new ArrayList<>();
      List<Double> recalls = new ArrayList<>();
      PrefillResult result =
          Prefill.run(
              decoder,
              ids,
              attention,
              null,
              (layer, tensors, outcome) -> {
                densities.add(outcome.density().mean());
                recalls.add(outcome.recall().mean());
              },
              HostThreads.all());
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("tokens", ids.length);
      facts.put("attention_ms", 1e3 * last.attentionSeconds());
      facts.put("density", mean(densities));
      facts.put("recall", mean(recalls));
      facts.put(
          "perplexity",
          VocabularyScores.of(decoder, ids, result.hidden(), HostThreads.all()).perplexity());
      return facts;
    }
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static String json(Map<String, Object> values) {
    List<String> members = new ArrayList<>();
    new TreeMap<>(values)
        .forEach(
            (name, value) ->
                members.add(
                    "\"%s\": %s"
                        .formatted(
                            name,
                            value instanceof String text
                                ? "\"" + text + "\""
                                : value instanceof Double number
                                    ? String.format(Locale.ROOT, "%.6g", number)
                                    : value)));
    return "{" + String.join(", ", members) + "}";
  }
}
