package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.stack.DriverStack;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The parent's end of a device's process. Whatever happens to the child, a call here ends: with a
 * reply, with TIMEOUT after the time limit, or with DEVICE_LOST and the child's last words.
 */
final class DeviceProcess implements AutoCloseable {
  private static final ScheduledExecutorService WATCHDOG =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("squall-watchdog").factory());

  /** What a child gets to close its driver in order. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /** What a child that hung up gets to end: a crash of a large process takes its time. */
  private static final Duration LAST_BREATH = Duration.ofSeconds(5);

  private final ProcessLaunch launch;
  private final Process process;
  private final ChildOutput output;
  private final SocketChannel channel;
  private final Frames frames;

  private DeviceProcess(
      ProcessLaunch launch, Process process, ChildOutput output, SocketChannel channel) {
    this.launch = launch;
    this.process = process;
    this.output = output;
    this.channel = channel;
    this.frames = new Frames(channel);
  }

  /**
   * Starts a child and waits until it has connected.
   *
   * @throws SquallException DEVICE_LOST or TIMEOUT with the child's last words
   */
  static DeviceProcess start(ProcessLaunch launch, Duration limit) {
    SharedMemory memory = SharedMemory.ofThisProcess();
    Path socket = memory.newFile("socket");
    Path log = memory.newFile("log");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      ChildOutput output = new ChildOutput(log, launch.failurePatterns(), launch.fatalPatterns());
      Process process = spawn(launch, socket, log, memory);
      process.onExit().thenRun(() -> closeQuietly(server));
      AtomicBoolean late = new AtomicBoolean();
      ScheduledFuture<?> alarm = killAfter(process, limit, late);
      try {
        return new DeviceProcess(launch, process, output, server.accept());
      } catch (ClosedChannelException e) {
        alarm.cancel(false);
        SquallException failure = lost(launch, process, output, late.get(), limit, "starting");
        output.delete();
        throw failure;
      } finally {
        alarm.cancel(false);
      }
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.DEVICE_LOST,
          "cannot start the process for %s: %s".formatted(launch.name(), e),
          e);
    } finally {
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        // Goes with the folder.
      }
    }
  }

  private static Process spawn(ProcessLaunch launch, Path socket, Path log, SharedMemory memory)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add(socket.toString());
    arguments.addAll(launch.arguments());
    Optional<Path> scratch = Optional.empty();
    if (launch.stack().filter(DriverStack::capture).isPresent()) {
      // Its driver leaves recordings there; they go with this process's folder.
      scratch = Optional.of(Files.createDirectory(memory.newFile("scratch")));
    }
    return new ChildJvm(
            launch.javaOptions(),
            launch.mainClass(),
            arguments,
            launch.stack(),
            launch.environment())
        .start(log, scratch);
  }

  /**
   * @param expected what the request is answered by
   * @param doing what the child is about to do, for messages
   * @throws SquallException with the class that the child reports, LAUNCH for a failure that its
   *     driver only printed, TIMEOUT or DEVICE_LOST, also for a printed one that is the end of it
   */
  <R extends Reply> R ask(Class<R> expected, Request request, Duration limit, String doing) {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> alarm = killAfter(process, limit, late);
    Reply reply;
    try {
      frames.send(request);
      reply = frames.reply();
    } catch (ProtocolException e) {
      throw nonsense(doing, e.getMessage());
    } catch (IOException e) {
      // What follows is no longer up to the time limit.
      alarm.cancel(false);
      throw lost(launch, process, output, late.get(), limit, doing);
    } finally {
      alarm.cancel(false);
    }
    Optional<ChildOutput.Failure> printed = output.newFailure();
    if (printed.isPresent() && printed.get().fatal()) {
      process.destroyForcibly();
      throw new SquallException(
          ErrorClass.DEVICE_LOST,
          "%s, %s: its driver can do nothing more and its process was ended; it printed: %s"
              .formatted(launch.name(), doing, printed.get().line()));
    }
    if (reply instanceof Reply.Failed failed) {
      throw new SquallException(
          failed.errorClass(), "%s, %s: %s".formatted(launch.name(), doing, failed.message()));
    }
    if (printed.isPresent()) {
      throw new SquallException(
          ErrorClass.LAUNCH,
          "%s, %s: the driver reported success and printed: %s"
              .formatted(launch.name(), doing, printed.get().line()));
    }
    if (!expected.isInstance(reply)) {
      throw nonsense(doing, "a reply to another request");
    }
    return expected.cast(reply);
  }

  /** Ends a child whose answers mean nothing. */
  private SquallException nonsense(String doing, String answer) {
    process.destroyForcibly();
    return new SquallException(
        ErrorClass.DEVICE_LOST,
        "the process of %s answered nonsense while %s and was ended: %s"
            .formatted(launch.name(), doing, answer));
  }

  private static ScheduledFuture<?> killAfter(Process process, Duration limit, AtomicBoolean late) {
    return WATCHDOG.schedule(
        () -> {
          late.set(true);
          process.destroyForcibly();
        },
        limit.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  private static SquallException lost(
      ProcessLaunch launch,
      Process process,
      ChildOutput output,
      boolean late,
      Duration limit,
      String doing) {
    if (late) {
      return new SquallException(
          ErrorClass.TIMEOUT,
          "%s did not answer within %.3g s while %s and was ended; %s=SECONDS allows more"
              .formatted(launch.name(), limit.toMillis() / 1e3, doing, TimeLimits.VARIABLE));
    }
    String end = "hung up and was ended";
    try {
      // The socket closes a little before the process is gone.
      if (process.waitFor(LAST_BREATH.toMillis(), TimeUnit.MILLISECONDS)) {
        int code = process.exitValue();
        end = code > 128 ? "was ended by signal " + (code - 128) : "ended with exit code " + code;
      } else {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    String words = output.lastWords();
    return new SquallException(
        ErrorClass.DEVICE_LOST,
        "the process of %s %s while %s%s"
            .formatted(launch.name(), end, doing, words.isEmpty() ? "" : "; it said: " + words));
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      // Nothing depends on it any more.
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
    try {
      if (!process.waitFor(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    output.delete();
  }
}
