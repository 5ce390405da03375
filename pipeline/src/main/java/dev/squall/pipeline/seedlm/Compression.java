package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.seedlm.SeedEncoder;
import dev.squall.kernels.seedlm.SeedFit;
import dev.squall.kernels.seedlm.SeedTensor;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Compresses a model tensor by tensor. Each finished tensor is kept beside the output, in a folder
 * of its name and {@code .parts}; a run that is cut off goes on from there, and the same tensor
 * under the same options is not searched twice. The folder goes when the output is whole.
 */
public final class Compression {
  private final SeedEncoder encoder;
  private final String options;
  private final String config;
  private final HostThreads threads;

  /**
   * @param bits 4 or 3
   * @param seeds how many seeds to try
   */
  public Compression(int bits, int seeds, SeedFit fit, HostThreads threads) {
    if (bits != 4 && bits != 3) {
      throw SquallException.invalidInput("bits = " + bits + ": expected 4 or 3");
    }
    config = bits + "bit";
    encoder = SeedEncoder.of(config, seeds).with(fit);
    options =
        "config=%s seeds=%d fit=%s".formatted(config, seeds, fit.name().toLowerCase(Locale.ROOT));
    this.threads = threads;
  }

  /** How it goes. */
  public interface Progress {
    /**
     * @param done weights of all tensors to compress, those of earlier runs included
     * @param searched weights that this run has searched
     */
    void show(String tensor, long done, long all, long searched);

    /** A tensor was found finished. */
    void resumed(String tensor);
  }

  /**
   * @param chosen which tensors to compress
   */
  public CompressedModel run(
      Weights weights, Predicate<String> chosen, Path out, Progress progress) {
    Map<String, Tensor> kept = new LinkedHashMap<>(weights.tensors());
    List<String> names = weights.tensors().keySet().stream().filter(chosen).toList();
    if (names.isEmpty()) {
      throw SquallException.invalidInput("no tensor of the model was chosen to be compressed");
    }
    long all = names.stream().mapToLong(name -> weights.tensors().get(name).elements()).sum();
    Path parts = parts(out);
    Map<String, CompressedTensor> compressed = new LinkedHashMap<>();
    AtomicLong searched = new AtomicLong();
    long before = 0;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Tensor tensor = kept.remove(name);
      Path part = parts.resolve("%05d.safetensors".formatted(i));
      String source = Checksum.of(tensor);
      Optional<CompressedTensor> earlier = earlier(part, name, source);
      if (earlier.isPresent()) {
        progress.resumed(name);
        compressed.put(name, earlier.get());
      } else {
        long skipped = before - searched.get();
        CompressedTensor done =
            compress(
                name,
                tensor,
                source,
                count -> {
                  long now = searched.addAndGet(count);
                  progress.show(name, Math.min(all, skipped + now), all, now);
                });
        compressed.put(name, done);
        keep(part, name, done);
      }
      before += tensor.elements();
    }
    Map<String, String> notes = new LinkedHashMap<>(weights.notes());
    notes.put("seedlm.options", options);
    CompressedModel model = new CompressedModel(compressed, kept, notes);
    model.write(out);
    delete(parts);
    return model;
  }

  private CompressedTensor compress(
      String name, Tensor tensor, String source, LongConsumer progress) {
    SeedEncoder.Encoded encoded;
    try {
      encoded = encoder.encode(tensor.toF32(), threads, progress);
    } catch (SquallException e) {
      throw new SquallException(e.errorClass(), "tensor " + name + ": " + e.getMessage(), e);
    }
    SeedTensor seeds =
        new SeedTensor(
            config,
            encoded.words(),
            encoded.scale(),
            Arrays.stream(tensor.shape()).boxed().toList());
    return new CompressedTensor(seeds, tensor.type(), encoded.relativeError(), source);
  }

  private static Path parts(Path out) {
    Path parts = out.resolveSibling(out.getFileName() + ".parts");
    try {
      return Files.createDirectories(parts);
    } catch (IOException e) {
      throw SquallException.invalidInput(parts + ": cannot be made: " + e.getMessage());
    }
  }

  /** The tensor as an earlier run left it, if that run was of the same bytes and options. */
  private Optional<CompressedTensor> earlier(Path part, String name, String source) {
    if (!Files.exists(part)) {
      return Optional.empty();
    }
    try {
      CompressedModel model = CompressedModel.read(part);
      return Optional.ofNullable(model.compressed().get(name))
          .filter(tensor -> tensor.source().equals(source))
          .filter(tensor -> options.equals(model.notes().get("seedlm.options")));
    } catch (SquallException damaged) {
      return Optional.empty();
    }
  }

  private void keep(Path part, String name, CompressedTensor tensor) {
    new CompressedModel(Map.of(name, tensor), Map.of(), Map.of("seedlm.options", options))
        .write(part);
  }

  private static void delete(Path parts) {
    try (Stream<Path> files = Files.list(parts)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(parts);
    } catch (IOException e) {
      // The output is whole; what is left over is not worth a failure.
    }
  }
}
