package dev.squall.pipeline.compare;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Measures cells in this process. */
public final class LocalWorker implements CellWorker {
  private final Devices devices;
  private final History history;
  private DeviceSession session;
  private Device opened;
  private Ceilings ceilings;
  private double openSeconds;
  private boolean remembers = true;

  /**
   * @param history gets the times of kernels that are right
   */
  public LocalWorker(Devices devices, History history) {
    this.devices = devices;
    this.history = history;
  }

  @Override
  public Outcome measure(CellOrder order, Consumer<String> progress) {
    try {
      return new Outcome(
          order.ofLine().isPresent() ? line(order, progress) : kernel(order, progress), false);
    } catch (SquallException e) {
      boolean broken =
          e.errorClass() == ErrorClass.DEVICE_LOST || e.errorClass() == ErrorClass.TIMEOUT;
      if (broken) {
        close();
      }
      return new Outcome(
          order.without(CellState.FAILED, e.errorClass() + ": " + e.getMessage()), broken);
    } catch (OutOfMemoryError e) {
      return new Outcome(
          order.without(
              CellState.FAILED, ErrorClass.OUT_OF_MEMORY + ": the JVM's memory: " + e.getMessage()),
          false);
    }
  }

  private Cell kernel(CellOrder order, Consumer<String> progress) {
    Device device = devices.select(order.name().device()).getFirst();
    open(device, progress);
    KernelCell.Result result =
        new KernelCell(order, devices, device, session, openSeconds, ceilings, progress).measure();
    result.measured().ifPresent(this::remember);
    return result.cell();
  }

  private Cell line(CellOrder order, Consumer<String> progress) {
    // A line opens its devices itself, and two sessions of one device could get in each other's
    // way.
    close();
    Optional<Ceilings> one =
        order.name().device().equals(Matrix.PLANNED)
            ? Optional.empty()
            : Optional.of(new Ceilings(devices.select(order.name().device()).getFirst(), progress));
    return new LineCell(order, devices, new LearnedCostModel(history), one, progress).measure();
  }

  private void open(Device device, Consumer<String> progress) {
    if (session != null && device.equals(opened)) {
      return;
    }
    close();
    progress.accept("opening");
    long start = System.nanoTime();
    session = devices.open(device);
    openSeconds = (System.nanoTime() - start) * 1e-9;
    ceilings = new Ceilings(device, progress);
    opened = device;
  }

  /** A cache that fails costs no result. */
  private void remember(Measured measured) {
    if (remembers) {
      try {
        history.record(measured);
      } catch (IOException e) {
        remembers = false;
      }
    }
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
