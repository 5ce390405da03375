package dev.squall.pipeline.doctor;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Runs the device variants of kernels on a device and compares every result with the reference. A
 * device that fails is opened anew for the next trial; one that does not come back is left alone.
 */
public final class Checkup {
  /** Enough to compare all elements of the small trials. */
  private static final double REFERENCE_OPERATIONS = 2e9;

  private final Devices devices;
  private final double limitSeconds;
  private final long seed;
  private final Consumer<String> progress;

  /**
   * @param limitSeconds longest time of one trial
   * @param seed of the made inputs
   * @param progress told what is tried next
   */
  public Checkup(Devices devices, double limitSeconds, long seed, Consumer<String> progress) {
    this.devices = devices;
    this.limitSeconds = limitSeconds;
    this.seed = seed;
    this.progress = progress;
  }

  /** All trials of {@code kernels} on {@code device}, in order. */
  public List<Trial> run(Device device, Collection<Kernel> kernels) {
    List<Trial> trials = new ArrayList<>();
    Lane lane = new Lane(device);
    try {
      for (Kernel kernel : kernels) {
        for (TrialInputs.Case one : new TrialInputs(seed).of(kernel)) {
          for (Variant variant : kernel.variants()) {
            Call call = one.call(kernel);
            boolean able = variant.supports(call.sizes(), device.traits()).supported();
            if (variant instanceof Variant.Device && able) {
              progress.accept(
                  "%s %s on %s, %s"
                      .formatted(kernel.id(), variant.name(), device.id(), one.name()));
              trials.add(lane.trial(kernel, variant, call, one.name()));
            }
            if (lane.lost()) {
              return trials;
            }
          }
        }
      }
    } finally {
      lane.close();
    }
    return trials;
  }

  /** The device's own thread, and its session while it is well. */
  private final class Lane {
    private final Device device;
    private final ExecutorService thread;
    private DeviceSession session;
    private boolean lost;

    private Lane(Device device) {
      this.device = device;
      this.thread =
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().daemon().name("doctor-" + device.id()).factory());
    }

    private boolean lost() {
      return lost;
    }

    private Trial trial(Kernel kernel, Variant variant, Call call, String inputs) {
      Future<?> running = thread.submit(() -> session().run(kernel, variant, call));
      String outcome;
      String detail;
      Optional<Double> maxError = Optional.empty();
      try {
        running.get(Math.round(limitSeconds * 1e3), TimeUnit.MILLISECONDS);
        Comparison comparison =
            new Verifier(REFERENCE_OPERATIONS, seed, HostThreads.all())
                .verify(kernel, call, device.engine(), variant.precision());
        outcome = comparison.verdict().name();
        detail = comparison.detail();
        maxError = Optional.of(comparison.maxError()).filter(Double::isFinite);
      } catch (TimeoutException e) {
        lost = true;
        outcome = ErrorClass.TIMEOUT.name();
        detail = "no answer within %s s; the device is left alone".formatted(limitSeconds);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof SquallException failure)) {
          throw new IllegalStateException(e.getCause());
        }
        outcome = failure.errorClass().name();
        detail = failure.getMessage();
        reopen();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SquallException(ErrorClass.TIMEOUT, "interrupted", e);
      }
      return new Trial(kernel.id(), variant.name(), device.id(), inputs, outcome, detail, maxError);
    }

    /** Called on the lane's thread alone. */
    private DeviceSession session() {
      if (session == null) {
        session = devices.open(device);
      }
      return session;
    }

    private void reopen() {
      thread.submit(this::closeSession);
    }

    private void closeSession() {
      if (session != null) {
        session.close();
        session = null;
      }
    }

    private void close() {
      if (!lost) {
        reopen();
        thread.close();
      }
    }
  }
}
