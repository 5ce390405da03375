package dev.squall.pipeline.run;

import dev.squall.kernels.error.ErrorClass;

/**
 * Something that did not go as planned and was mended.
 *
 * @param what what failed and what was done instead, one line
 */
public record Event(String stage, String device, ErrorClass errorClass, String what) {}
