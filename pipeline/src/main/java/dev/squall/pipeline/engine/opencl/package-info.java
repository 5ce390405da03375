/**
 * Kernel bundles on OpenCL drivers. All but {@link dev.squall.pipeline.engine.opencl.OpenClEngines}
 * runs in a device's own process.
 */
package dev.squall.pipeline.engine.opencl;
