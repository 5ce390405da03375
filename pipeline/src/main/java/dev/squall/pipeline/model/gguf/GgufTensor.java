package dev.squall.pipeline.model.gguf;

import dev.squall.kernels.host.BlockFormat;

/**
 * A tensor as the header describes it.
 *
 * @param describedAt byte of the file at which its description begins
 * @param shape extents, the fastest running first
 * @param at first byte in the file
 * @param bytes how many there are
 */
record GgufTensor(
    String name, long describedAt, BlockFormat format, long[] shape, long at, long bytes) {}
