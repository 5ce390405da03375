package dev.squall.pipeline.engine.remote;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;
import java.util.Map;

/** What a parent asks of a device's process; each request has one {@link Reply}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(Request.Enumerate.class),
  @JsonSubTypes.Type(Request.Open.class),
  @JsonSubTypes.Type(Request.Prepare.class),
  @JsonSubTypes.Type(Request.Run.class),
  @JsonSubTypes.Type(Request.PrepareChain.class),
  @JsonSubTypes.Type(Request.RunChain.class),
  @JsonSubTypes.Type(Request.FetchChain.class),
  @JsonSubTypes.Type(Request.ForgetChain.class),
  @JsonSubTypes.Type(Request.Forget.class),
  @JsonSubTypes.Type(Request.RunFile.class)
})
sealed interface Request {
  /** Answered by {@link Reply.Devices}. */
  record Enumerate() implements Request {}

  /** Opens a device for all later requests; answered by {@link Reply.Opened}. */
  record Open(int device, long memoryBytes) implements Request {}

  /**
   * Names a call; nothing is compiled yet. Answered by {@link Reply.Done}.
   *
   * @param parameters texts of those that differ from their default
   */
  record Prepare(
      long id,
      String kernel,
      String variant,
      Map<String, String> parameters,
      Map<String, SharedTensor> inputs,
      Map<String, SharedTensor> outputs)
      implements Request {}

  /** Runs a prepared call; answered by {@link Reply.Ran}. */
  record Run(long id) implements Request {}

  /**
   * Names a chain of prepared calls; answered by {@link Reply.Done}.
   *
   * @param calls in order
   * @param home files of the outputs that every run brings back
   * @param recorded whether the device replays the commands of the first run
   */
  record PrepareChain(long id, List<Long> calls, List<String> home, boolean recorded)
      implements Request {}

  /** Runs a prepared chain; answered by {@link Reply.Ran}. */
  record RunChain(long id) implements Request {}

  /** Brings what a chain's latest run left on the device; answered by {@link Reply.Fetched}. */
  record FetchChain(long id) implements Request {}

  /** Lets go of a prepared chain; its calls stay prepared. */
  record ForgetChain(long id) implements Request {}

  /** Lets go of a prepared call and of tensors that no other call uses. */
  record Forget(long id) implements Request {}

  /**
   * Runs device code from a file; answered by {@link Reply.Done}.
   *
   * @param arguments in the kernel's order
   */
  record RunFile(
      String file,
      String entryPoint,
      List<FileArgument> arguments,
      List<Integer> atomics,
      List<Integer> global,
      List<Integer> local)
      implements Request {}

  /**
   * An argument of {@link RunFile}: an array, or a number.
   *
   * @param array null for a number
   * @param bits of a number; empty for an array
   */
  record FileArgument(SharedTensor array, boolean written, List<Byte> bits) {}

  /**
   * A tensor in shared memory.
   *
   * @param file that holds its block from the first byte
   */
  record SharedTensor(ElementType type, List<Long> shape, String file) {}
}
