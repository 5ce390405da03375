package dev.squall.pipeline.testing;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.profiles.DeviceProfile;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An engine with one device that is not there. It looks like a graphics card (no host code,
 * work-groups of 1024) and keeps a list of the calls it got. Its engine is called {@code fake-ID},
 * so that several stand side by side.
 */
public abstract class FakeDevice implements Engine {
  public static final DeviceTraits TRAITS =
      new DeviceTraits(false, true, 1024, 1L << 16, 64, true, true, false);

  private final Device device;
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  protected FakeDevice(String id, DeviceProfile profile) {
    this.device = new Device(id, "fake-" + id, "Fake " + id, "fake 1", 1L << 32, TRAITS, profile);
  }

  /** Serves call number {@code number}, counted from 1 over all sessions. */
  protected abstract void serve(int number, Kernel kernel, Call call);

  /** Fills all outputs with what the double-precision reference says, rounded. */
  protected static void compute(Kernel kernel, Call call) {
    Variant.Host reference = (Variant.Host) kernel.variant("reference");
    reference.code().run(call, HostThreads.of(1));
  }

  public final Device device() {
    return device;
  }

  /** Every call so far, for example {@code xattention.scores/tiles}. */
  public final List<String> calls() {
    return List.copyOf(calls);
  }

  /** Calls that were under way at the same moment, at most. */
  public final int mostCallsAtOnce() {
    return mostAtOnce.get();
  }

  public final int openSessions() {
    return open.get();
  }

  @Override
  public final String name() {
    return device.engine();
  }

  @Override
  public final Enumeration enumerate() {
    return new Enumeration(List.of(device), List.of());
  }

  @Override
  public DeviceSession open(Device asked) {
    if (!asked.equals(device)) {
      throw new AssertionError("asked to open " + asked + ", this is " + device);
    }
    open.incrementAndGet();
    return new Session();
  }

  private final class Session implements DeviceSession {
    private boolean closed;

    @Override
    public Times run(Kernel kernel, Variant variant, Call call) {
      if (closed) {
        throw new AssertionError("called after it was closed");
      }
      mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
      try {
        calls.add(kernel.id() + "/" + variant.name());
        serve(calls.size(), kernel, call);
        return new Times(0, 0, 1e-3, 0, 1e-3);
      } finally {
        running.decrementAndGet();
      }
    }

    @Override
    public void close() {
      if (closed || running.get() > 0) {
        throw new AssertionError("closed twice, or while a call is under way");
      }
      closed = true;
      open.decrementAndGet();
    }
  }
}
