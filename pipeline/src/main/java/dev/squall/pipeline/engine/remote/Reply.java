package dev.squall.pipeline.engine.remote;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession;
import java.util.List;

/** What a device's process answers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
  @JsonSubTypes.Type(Reply.Devices.class),
  @JsonSubTypes.Type(Reply.Done.class),
  @JsonSubTypes.Type(Reply.Opened.class),
  @JsonSubTypes.Type(Reply.Ran.class),
  @JsonSubTypes.Type(Reply.Fetched.class),
  @JsonSubTypes.Type(Reply.Failed.class)
})
sealed interface Reply {
  record Devices(List<DeviceFacts> devices) implements Reply {}

  record Done() implements Reply {}

  record Opened(boolean keepsResults, boolean records) implements Reply {}

  record Ran(DeviceSession.Times times) implements Reply {}

  record Fetched(Copies copies) implements Reply {}

  /** The request failed; the process goes on. */
  record Failed(ErrorClass errorClass, String message) implements Reply {}
}
