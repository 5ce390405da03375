package dev.squall.pipeline.testing;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.profiles.DeviceProfile;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A card with memory of its own that keeps what chains leave there. It computes with the kernels'
 * references on its own memory alone, so that whatever was not copied is not seen.
 */
public final class KeepingDevice extends FakeDevice {
  private final Fault fault;
  private final ErrorClass errorClass;
  private final boolean records;
  private final List<String> chains = new CopyOnWriteArrayList<>();

  /** What goes wrong with chains of several steps; single calls are sound. */
  public enum Fault {
    NONE,
    /** The second run throws after the first step. */
    IN_A_RUN,
    /** What stayed cannot be brought home. */
    IN_A_FETCH,
    /** The first output is off by one. */
    WRONG_NUMBERS,
    /** A recorded chain throws in its first run. */
    IN_A_RECORDING,
    /** Replays leave the outputs as the first run wrote them. */
    DEAD_REPLAYS
  }

  public KeepingDevice(String id, DeviceProfile profile) {
    this(id, profile, Fault.NONE, ErrorClass.LAUNCH);
  }

  /**
   * @param errorClass what the fault throws, if it throws
   */
  public KeepingDevice(String id, DeviceProfile profile, Fault fault, ErrorClass errorClass) {
    this(id, profile, fault, errorClass, false);
  }

  /**
   * @param records whether it replays recorded chains, twice as fast
   */
  public KeepingDevice(
      String id, DeviceProfile profile, Fault fault, ErrorClass errorClass, boolean records) {
    super(id, profile);
    this.records = records;
    this.fault = fault;
    this.errorClass = errorClass;
  }

  /** Chains of several steps that were run, as texts. */
  public List<String> chains() {
    return List.copyOf(chains);
  }

  @Override
  protected void serve(int number, Kernel kernel, Call call) {
    throw new AssertionError("sessions of this device serve for themselves");
  }

  @Override
  public DeviceSession open(Device asked) {
    return new Session();
  }

  private final class Session implements DeviceSession {
    private final Map<Tensor, Tensor> memory = new HashMap<>();
    private int recorded;

    @Override
    public boolean keepsResults() {
      return true;
    }

    @Override
    public boolean records() {
      return records;
    }

    @Override
    public Times run(Kernel kernel, Variant variant, Call call) {
      return run(Chain.of(kernel, variant, call));
    }

    @Override
    public Times run(Chain chain) {
      boolean line = chain.steps().size() > 1;
      if (line) {
        chains.add((chain.recorded() ? "recorded: " : "") + chain.describe());
      }
      if (chain.recorded() && fault == Fault.IN_A_RECORDING) {
        throw failure();
      }
      if (chain.recorded() && fault == Fault.DEAD_REPLAYS && recorded++ > 0) {
        return new Times(0, 0, 0, 0, 1e-3, Copies.NONE);
      }
      Copies copies = Copies.NONE;
      for (Chain.Step step : chain.steps()) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> input : step.call().inputs().entrySet()) {
          if (!memory.containsKey(input.getValue())) {
            memory.put(input.getValue(), input.getValue().copy());
            copies = copies.plusIn(input.getValue().bytes());
          }
          inputs.put(input.getKey(), memory.get(input.getValue()));
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        step.call()
            .outputs()
            .forEach(
                (port, tensor) ->
                    outputs.put(
                        port,
                        memory
                            .computeIfAbsent(tensor, t -> Tensor.allocate(TensorType.of(t)))
                            .poison()));
        compute(step.kernel(), new Call(step.call().sizes(), inputs, outputs));
        if (line && fault == Fault.IN_A_RUN && chains.size() == 2) {
          throw failure();
        }
      }
      if (line && fault == Fault.WRONG_NUMBERS) {
        Tensor first = memory.get(chain.steps().getFirst().call().out("y"));
        first.f32(3, first.f32(3) + 1);
      }
      for (Tensor tensor : chain.home()) {
        tensor.data().copyFrom(memory.get(tensor).data());
        copies = copies.plusOut(tensor.bytes());
      }
      return chain.recorded()
          ? new Times(0, 0, 0, 0, 1.5e-3, copies)
          : new Times(0, 1e-4, 1e-3, 2e-4, 2e-3, copies);
    }

    @Override
    public Copies fetch(Chain chain) {
      if (fault == Fault.IN_A_FETCH) {
        throw failure();
      }
      Copies copies = Copies.NONE;
      for (Tensor tensor : chain.staying()) {
        tensor.data().copyFrom(memory.get(tensor).data());
        copies = copies.plusOut(tensor.bytes());
      }
      return copies;
    }

    private SquallException failure() {
      return new SquallException(errorClass, "the card failed");
    }

    @Override
    public void forget(Call call) {
      call.outputs().values().forEach(memory::remove);
      call.inputs().values().forEach(memory::remove);
    }

    @Override
    public void close() {
      memory.clear();
    }
  }
}
