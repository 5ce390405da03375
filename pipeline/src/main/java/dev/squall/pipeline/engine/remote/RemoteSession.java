package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.FileLaunch;
import java.util.ArrayList;
import java.util.HashMap;
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
  private final Reply.Opened opened;
  private final TimeLimits limits;
  private final Map<Key, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Chain, PreparedChain> chains = new HashMap<>();

  /** Shared copies of tensors that live in this process alone; tensors are equal by identity. */
  private final Map<Tensor, Tensor> copies = new WeakHashMap<>();

  private long nextId;

  /**
   * @param opened what the session in the process says of itself
   */
  RemoteSession(DeviceProcess process, Reply.Opened opened, TimeLimits limits) {
    this.process = process;
    this.opened = opened;
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
    return run(
        start,
        ready.copiesBack(),
        new Request.Run(ready.id()),
        first,
        "running %s (%s)".formatted(kernel.id(), variant.name()));
  }

  @Override
  public boolean keepsResults() {
    return opened.keepsResults();
  }

  @Override
  public boolean records() {
    return opened.records();
  }

  @Override
  public Times run(Chain chain) {
    long start = System.nanoTime();
    PreparedChain ready = chains.get(chain);
    boolean first = ready == null;
    if (first) {
      ready = prepare(chain);
    }
    ready.copiesStaying().keySet().forEach(Tensor::poison);
    return run(
        start,
        ready.copiesHome(),
        new Request.RunChain(ready.id()),
        first,
        "running " + chain.describe());
  }

  private Times run(
      long start, Map<Tensor, Tensor> copiesBack, Request request, boolean first, String doing) {
    // The child must not find results of an earlier run.
    copiesBack.keySet().forEach(Tensor::poison);
    Times inside =
        process.ask(Reply.Ran.class, request, first ? limits.first() : limits.run(), doing).times();
    copyBack(copiesBack);
    double total = (System.nanoTime() - start) * 1e-9;
    return new Times(
        inside.compile(),
        inside.copyIn(),
        inside.compute(),
        inside.copyOut(),
        total,
        inside.copies(),
        Math.max(0, total - inside.total()));
  }

  @Override
  public Copies fetch(Chain chain) {
    PreparedChain ready = chains.get(chain);
    if (ready == null) {
      throw new IllegalStateException("a chain that did not run");
    }
    Reply.Fetched reply =
        process.ask(
            Reply.Fetched.class,
            new Request.FetchChain(ready.id()),
            limits.run(),
            "bringing results home");
    copyBack(ready.copiesStaying());
    return reply.copies();
  }

  @Override
  public void forget(Chain chain) {
    PreparedChain gone = chains.remove(chain);
    if (gone != null) {
      process.ask(
          Reply.Done.class, new Request.ForgetChain(gone.id()), limits.run(), "forgetting a chain");
      chain.steps().forEach(step -> forget(step.call()));
    }
  }

  private static void copyBack(Map<Tensor, Tensor> copies) {
    copies.forEach((shared, own) -> own.data().copyFrom(shared.data()));
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

  private PreparedChain prepare(Chain chain) {
    List<Long> ids = new ArrayList<>();
    Map<Tensor, Tensor> own = new LinkedHashMap<>();
    for (Chain.Step step : chain.steps()) {
      Key key = new Key(step.kernel().id(), step.variant().name(), step.call());
      Prepared call = prepared.get(key);
      call = call == null ? prepare(key, step.kernel()) : call;
      ids.add(call.id());
      own.putAll(call.copiesBack());
    }
    Map<Tensor, Tensor> home = new LinkedHashMap<>(own);
    home.values().retainAll(chain.home());
    Map<Tensor, Tensor> staying = new LinkedHashMap<>(own);
    staying.values().removeAll(chain.home());
    PreparedChain added = new PreparedChain(nextId++, home, staying);
    process.ask(
        Reply.Done.class,
        new Request.PrepareChain(
            added.id(),
            ids,
            chain.home().stream().map(tensor -> reference(shared(tensor)).file()).toList(),
            chain.recorded()),
        limits.first(),
        "preparing a chain");
    chains.put(chain, added);
    return added;
  }

  private Prepared prepare(Key key, Kernel kernel) {
    if (prepared.size() >= PREPARED_CALLS) {
      dropOldest();
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

  /** Calls of chains stay as long as their chains. */
  private void dropOldest() {
    prepared.keySet().stream()
        .map(Key::call)
        .filter(
            call ->
                chains.keySet().stream()
                    .flatMap(chain -> chain.steps().stream())
                    .noneMatch(step -> step.call().equals(call)))
        .findFirst()
        .ifPresent(this::forget);
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
  private record Prepared(long id, Map<Tensor, Tensor> copiesBack) {}

  /**
   * @param copiesHome shared copy of each output at home that is not shared itself
   * @param copiesStaying the same of those that stay on the device
   */
  private record PreparedChain(
      long id, Map<Tensor, Tensor> copiesHome, Map<Tensor, Tensor> copiesStaying) {}
}
