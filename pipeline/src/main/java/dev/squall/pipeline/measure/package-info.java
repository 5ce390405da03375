/** Measuring: the ceilings of the host, the time of a kernel, and inputs to time it on. */
package dev.squall.pipeline.measure;
