package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.FileLaunch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/** A device in a process of its own, as a session of this one. */
final class RemoteSession implements DeviceSession {
  /** Calls that stay prepared; each keeps its tensors mapped in the child. */
  private static final int PREPARED_CALLS = 32;

  private final DeviceProcess process;
  private final TimeLimits limits;
  private final Map<Key, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);

  /** Shared copies of tensors that live in this process alone; tensors are equal by identity. */
  private final Map<Tensor, Tensor> copies = new WeakHashMap<>();

  private long nextId;

  RemoteSession(DeviceProcess process, TimeLimits limits) {
    this.process = process;
    this.limits = limits;
  }

  @Override
  public Times run(Kernel kernel, Variant variant, Call call) {
    long start = System.nanoTime();
    Key key = new Key(kernel.id(), variant.name(), call);
    Prepared ready = prepared.get(key);
    boolean first = ready == null;
    if (first) {
      ready = prepare(key, kernel);
    }
    ready.poisonCopies();
    Reply.Ran reply =
        process.ask(
            Reply.Ran.class,
            new Request.Run(ready.id()),
            first ? limits.first() : limits.run(),
            "running %s (%s)".formatted(kernel.id(), variant.name()));
    ready.copyBack();
    Times inside = reply.times();
    return new Times(
        inside.compile(),
        inside.copyIn(),
        inside.compute(),
        inside.copyOut(),
        (System.nanoTime() - start) * 1e-9);
  }

  @Override
  public void run(FileLaunch launch) {
    List<Request.FileArgument> arguments = new ArrayList<>();
    for (FileLaunch.Argument argument : launch.arguments()) {
      arguments.add(
          switch (argument) {
            case FileLaunch.Scalar scalar -> new Request.FileArgument(null, false, scalar.bits());
            case FileLaunch.Array array ->
                new Request.FileArgument(reference(array.bytes()), array.written(), List.of());
          });
    }
    process.ask(
        Reply.Done.class,
        new Request.RunFile(
            launch.file().toAbsolutePath().toString(),
            launch.entryPoint(),
            arguments,
            launch.atomics(),
            launch.global(),
            launch.local()),
        limits.first(),
        "running %s of %s".formatted(launch.entryPoint(), launch.file().getFileName()));
  }

  private Prepared prepare(Key key, Kernel kernel) {
    if (prepared.size() >= PREPARED_CALLS) {
      forget(prepared.keySet().iterator().next().call());
    }
    Map<String, Request.SharedTensor> inputs = new LinkedHashMap<>();
    Map<String, Request.SharedTensor> outputs = new LinkedHashMap<>();
    Map<Tensor, Tensor> copiesBack = new LinkedHashMap<>();
    key.call().inputs().forEach((port, tensor) -> inputs.put(port, reference(shared(tensor))));
    key.call()
        .outputs()
        .forEach(
            (port, tensor) -> {
              Tensor shared = shared(tensor);
              if (shared != tensor) {
                copiesBack.put(shared, tensor);
              }
              outputs.put(port, reference(shared));
            });
    Prepared added = new Prepared(nextId++, copiesBack);
    process.ask(
        Reply.Done.class,
        new Request.Prepare(
            added.id(),
            kernel.id(),
            key.variant(),
            kernel.signature().parameterTexts(key.call().sizes()),
            inputs,
            outputs),
        limits.first(),
        "preparing " + kernel.id());
    prepared.put(key, added);
    return added;
  }

  private Tensor shared(Tensor tensor) {
    if (tensor.file().isPresent()) {
      return tensor;
    }
    return copies.computeIfAbsent(
        tensor,
        original -> {
          Tensor copy = Tensor.allocate(SharedMemory.ofThisProcess(), TensorType.of(original));
          copy.data().copyFrom(original.data());
          return copy;
        });
  }

  private static Request.SharedTensor reference(Tensor tensor) {
    TensorType type = TensorType.of(tensor);
    return new Request.SharedTensor(
        type.type(), type.shape(), tensor.file().orElseThrow().toString());
  }

  @Override
  public void forget(Call call) {
    Optional<Key> key = prepared.keySet().stream().filter(k -> k.call().equals(call)).findFirst();
    if (key.isPresent()) {
      Prepared gone = prepared.remove(key.get());
      process.ask(
          Reply.Done.class, new Request.Forget(gone.id()), limits.run(), "forgetting a call");
    }
  }

  @Override
  public void close() {
    process.close();
  }

  private record Key(String kernel, String variant, Call call) {}

  /**
   * @param copiesBack shared copy of each output that is not shared itself
   */
  private record Prepared(long id, Map<Tensor, Tensor> copiesBack) {

    /** The child must not find results of an earlier run. */
    private void poisonCopies() {
      copiesBack.keySet().forEach(Tensor::poison);
    }

    private void copyBack() {
      copiesBack.forEach((shared, own) -> own.data().copyFrom(shared.data()));
    }
  }
}
