package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.KernelFamily;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.testing.DoublingKernel;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.StandardProtocolFamily;
import java.net.URL;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * A device's process without a driver: it computes {@link DoublingKernel} with the kernel's
 * reference, until its fault happens.
 */
public final class FaultyProcess {
  static final String LAST_WORDS = "device: the queue is on fire";
  static final String PRINTED_FAILURE =
      "[TornadoVM-OCL-JNI] ERROR : clEnqueueNDRangeKernel -> Returned: -5";
  static final String PRINTED_END =
      "[TornadoVM-PTX-JNI] ERROR : cuEventSynchronize -> Returned: 700";
  static final int EXIT_CODE = 7;

  /** What goes wrong, at the call whose number the parent gives or before any. */
  enum Fault {
    NONE,
    KILLED_IN_A_CALL,
    HANGS_IN_A_CALL,
    EXITS_IN_A_CALL,
    HALTS_IN_A_CALL,
    PRINTS_A_FAILURE,
    PRINTS_THE_END,
    COMPUTES_WRONG_NUMBERS,
    /** Each error class at the first calls, then nothing any more. */
    THROWS_ONE_AFTER_ANOTHER,
    RUNS_OUT_OF_HEAP,
    BREAKS,
    HAS_A_DRIVER_THAT_TAKES_SIGNALS,
    /** As a driver's class whose library is not there. */
    FAILS_TO_INITIALISE,
    DIES_OF_AN_EXCEPTION,
    HANGS_BEFORE_IT_CONNECTS,
    ENDS_BEFORE_IT_CONNECTS,
    ENDS_WHEN_ASKED_FOR_DEVICES,
    HANGS_WHEN_OPENED,
    SENDS_AN_ABSURD_LENGTH,
    SENDS_NO_JSON,
    SENDS_NULL,
    SENDS_ANOTHER_REPLY,
    HANGS_UP_AND_STAYS
  }

  private FaultyProcess() {}

  /**
   * @param arguments the parent's socket, a file that names {@link Family}, the fault, the number
   *     of the call
   */
  public static void main(String[] arguments) throws Exception {
    Fault fault = Fault.valueOf(arguments[2]);
    switch (fault) {
      case HANGS_BEFORE_IT_CONNECTS -> hang();
      case ENDS_BEFORE_IT_CONNECTS -> exit();
      case DIES_OF_AN_EXCEPTION -> throw initialiserFailure();
      case SENDS_AN_ABSURD_LENGTH -> send(arguments[0], "GARBAGE AND MORE OF IT");
      case SENDS_NO_JSON -> send(arguments[0], "\0\0\0\7garbage");
      case SENDS_NULL -> send(arguments[0], "\0\0\0\4null");
      case SENDS_ANOTHER_REPLY -> send(arguments[0], "\0\0\0\20{\"@type\":\"Done\"}");
      case HANGS_UP_AND_STAYS -> {
        SocketChannel.open(UnixDomainSocketAddress.of(arguments[0])).close();
        hang();
      }
      default -> {
        Thread.currentThread()
            .setContextClassLoader(
                new OneFamily(FaultyProcess.class.getClassLoader(), Path.of(arguments[1])));
        DeviceServer.serve(arguments[0], new Backend(fault, Integer.parseInt(arguments[3])));
      }
    }
  }

  /** What the device says of itself. */
  static DeviceFacts facts(int index) {
    return new DeviceFacts(
        index,
        "Squall tests",
        "Faulty Card 9",
        "gpu",
        "faulty 1",
        "tests 1",
        1L << 30,
        1L << 28,
        4,
        256,
        32768,
        true,
        true,
        false,
        List.of(32),
        "");
  }

  private static void hang() {
    while (true) {
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        // Hangs on.
      }
    }
  }

  private static ExceptionInInitializerError initialiserFailure() {
    return new ExceptionInInitializerError(
        new IllegalStateException(
            "no driver", new UnsatisfiedLinkError("libcuda.so.1: cannot open shared object file")));
  }

  private static void exit() {
    System.err.println("an earlier line");
    System.err.println(LAST_WORDS);
    System.exit(EXIT_CODE);
  }

  /** Answers the first request with bytes of its own, then stays. */
  private static void send(String socket, String bytes) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.read(ByteBuffer.allocate(1024));
      channel.write(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)));
      hang();
    }
  }

  private record Backend(Fault fault, int faultyCall) implements DeviceBackend {
    @Override
    public List<DeviceFacts> enumerate() {
      if (fault == Fault.ENDS_WHEN_ASKED_FOR_DEVICES) {
        exit();
      }
      return List.of(facts(0));
    }

    @Override
    public DeviceSession open(int index, long memoryBytes) {
      if (fault == Fault.HANGS_WHEN_OPENED) {
        hang();
      }
      return new Session(this);
    }
  }

  private static final class Session implements DeviceSession {
    private final Backend backend;
    private int calls;

    private Session(Backend backend) {
      this.backend = backend;
    }

    @Override
    public Times run(Kernel kernel, Variant variant, Call call) {
      boolean faulty = ++calls == backend.faultyCall();
      if (backend.fault() == Fault.THROWS_ONE_AFTER_ANOTHER
          && calls <= ErrorClass.values().length) {
        throw new SquallException(ErrorClass.values()[calls - 1], "thrown by the device");
      }
      if (faulty) {
        // A kernel that gets half of its work done.
        call.outputs().values().forEach(tensor -> tensor.f32(0, 1e9f));
        before(call);
      }
      ((Variant.Host) kernel.variant("reference")).code().run(call, HostThreads.of(1));
      if (faulty && backend.fault() == Fault.COMPUTES_WRONG_NUMBERS) {
        Tensor y = call.out("y");
        for (long i = 0; i < y.elements(); i++) {
          y.f32(i, y.f32(i) + 1);
        }
      }
      return new Times(0.25, 0, 1e-3, 0, 1e-3);
    }

    private void before(Call call) {
      switch (backend.fault()) {
        case KILLED_IN_A_CALL -> {
          kill();
          hang();
        }
        case HANGS_IN_A_CALL -> hang();
        case EXITS_IN_A_CALL -> exit();
        case HALTS_IN_A_CALL -> Runtime.getRuntime().halt(134);
        case PRINTS_A_FAILURE -> System.out.println(PRINTED_FAILURE);
        case PRINTS_THE_END -> System.out.println(PRINTED_FAILURE + "\n" + PRINTED_END);
        case RUNS_OUT_OF_HEAP -> throw new OutOfMemoryError("no heap");
        case HAS_A_DRIVER_THAT_TAKES_SIGNALS -> SignalDriver.buildAndCountOnSignals();
        case FAILS_TO_INITIALISE -> throw initialiserFailure();
        case BREAKS -> throw new IllegalStateException("a fault in the code\nof two lines");
        default -> {
          // Not at this point.
        }
      }
    }

    /** A process may not kill itself through ProcessHandle. */
    private static void kill() {
      try {
        new ProcessBuilder("kill", "-9", String.valueOf(ProcessHandle.current().pid())).start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  /** The kernels that the process knows. */
  public static final class Family implements KernelFamily {
    @Override
    public List<Kernel> kernels() {
      return List.of(new DoublingKernel());
    }
  }

  /** Sees the classes of its parent, but only one list of kernel families. */
  private static final class OneFamily extends ClassLoader {
    private static final String SERVICE = "META-INF/services/" + KernelFamily.class.getName();

    private final URL services;

    private OneFamily(ClassLoader parent, Path services) throws MalformedURLException {
      super(parent);
      this.services = services.toUri().toURL();
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(SERVICE)
          ? Collections.enumeration(List.of(services))
          : super.getResources(name);
    }
  }
}
