package dev.squall.pipeline.engine.levelzero;

import dev.squall.pipeline.engine.remote.DeviceFacts;

/**
 * A device by its handles, with what its driver says of it.
 *
 * @param queueGroup ordinal of the queues that take kernels
 */
record ZeDevice(long driver, long device, DeviceFacts facts, DeviceClock clock, int queueGroup) {
  boolean integrated() {
    return facts.unifiedMemory();
  }
}
