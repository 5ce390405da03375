package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.FileLaunch;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A device's process: serves a back end to the parent over a socket, one request at a time, until
 * the parent hangs up.
 */
public final class DeviceServer {
  private final DeviceBackend backend;
  private final Map<Long, Prepared> prepared = new HashMap<>();
  private final Map<Long, Chain> chains = new HashMap<>();
  private final Map<String, Tensor> tensors = new HashMap<>();
  private KernelCatalog catalog;
  private DeviceSession session;

  private DeviceServer(DeviceBackend backend) {
    this.backend = backend;
  }

  /**
   * @param socket path of the parent's socket
   */
  public static void serve(String socket, DeviceBackend backend) throws IOException {
    ParentWatch.start();
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      new DeviceServer(backend).serve(new Frames(channel));
    }
  }

  private void serve(Frames frames) throws IOException {
    try {
      while (true) {
        frames.send(answer(frames.request()));
      }
    } catch (EOFException e) {
      // The parent is done or gone.
    } finally {
      if (session != null) {
        session.close();
      }
    }
  }

  private Reply answer(Request request) {
    try {
      return switch (request) {
        case Request.Enumerate ignored -> new Reply.Devices(backend.enumerate());
        case Request.Open open -> {
          session = backend.open(open.device(), open.memoryBytes());
          yield new Reply.Opened(session.keepsResults(), session.records());
        }
        case Request.Prepare prepare -> {
          prepared.put(prepare.id(), prepare(prepare));
          yield new Reply.Done();
        }
        case Request.Run run -> {
          Prepared call = prepared.get(run.id());
          yield new Reply.Ran(session.run(call.kernel(), call.variant(), call.call()));
        }
        case Request.PrepareChain prepare -> {
          chains.put(prepare.id(), chain(prepare));
          yield new Reply.Done();
        }
        case Request.RunChain run -> new Reply.Ran(session.run(chains.get(run.id())));
        case Request.FetchChain fetch -> new Reply.Fetched(session.fetch(chains.get(fetch.id())));
        case Request.ForgetChain forget -> {
          session.forget(chains.remove(forget.id()));
          yield new Reply.Done();
        }
        case Request.Forget forget -> {
          forget(forget.id());
          yield new Reply.Done();
        }
        case Request.RunFile file -> {
          session.run(launch(file));
          yield new Reply.Done();
        }
      };
    } catch (SquallException e) {
      return new Reply.Failed(e.errorClass(), e.getMessage());
    } catch (OutOfMemoryError e) {
      return new Reply.Failed(ErrorClass.OUT_OF_MEMORY, "the device's process: " + e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      return new Reply.Failed(ErrorClass.LAUNCH, "the device's process: " + OneLine.of(e));
    }
  }

  private Prepared prepare(Request.Prepare request) {
    if (catalog == null) {
      catalog = KernelCatalog.load();
    }
    Kernel kernel = catalog.kernel(request.kernel());
    Map<String, TensorType> types = new LinkedHashMap<>();
    request.inputs().forEach((port, shared) -> types.put(port, type(shared)));
    Sizes sizes = kernel.signature().bind(types, request.parameters());
    return new Prepared(
        kernel,
        kernel.variant(request.variant()),
        new Call(sizes, attach(request.inputs()), attach(request.outputs())));
  }

  private Chain chain(Request.PrepareChain request) {
    List<Chain.Step> steps =
        request.calls().stream()
            .map(prepared::get)
            .map(each -> new Chain.Step(each.kernel(), each.variant(), each.call()))
            .toList();
    return new Chain(
        steps,
        request.home().stream().map(tensors::get).collect(Collectors.toSet()),
        request.recorded());
  }

  private Map<String, Tensor> attach(Map<String, Request.SharedTensor> ports) {
    Map<String, Tensor> attached = new LinkedHashMap<>();
    ports.forEach(
        (port, shared) ->
            attached.put(
                port,
                tensors.compute(
                    shared.file(),
                    (file, known) ->
                        known != null && TensorType.of(known).equals(type(shared))
                            ? known
                            : attach(shared))));
    return attached;
  }

  private static FileLaunch launch(Request.RunFile request) {
    List<FileLaunch.Argument> arguments = new ArrayList<>();
    for (Request.FileArgument argument : request.arguments()) {
      arguments.add(
          argument.array() == null
              ? new FileLaunch.Scalar(argument.bits())
              : new FileLaunch.Array(attach(argument.array()), argument.written()));
    }
    return new FileLaunch(
        Path.of(request.file()),
        request.entryPoint(),
        arguments,
        request.atomics(),
        request.global(),
        request.local());
  }

  private static Tensor attach(Request.SharedTensor shared) {
    return Tensor.attach(type(shared), SharedMemory.map(Path.of(shared.file())));
  }

  private void forget(long id) {
    Prepared call = prepared.remove(id);
    if (call != null) {
      session.forget(call.call());
      tensors
          .values()
          .removeIf(tensor -> prepared.values().stream().noneMatch(other -> uses(other, tensor)));
    }
  }

  private static boolean uses(Prepared prepared, Tensor tensor) {
    return prepared.call().inputs().containsValue(tensor)
        || prepared.call().outputs().containsValue(tensor);
  }

  private static TensorType type(Request.SharedTensor shared) {
    return new TensorType(shared.type(), shared.shape());
  }

  private record Prepared(Kernel kernel, Variant variant, Call call) {}
}
