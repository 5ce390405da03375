/** Prebuilt kernels of the embedded TornadoVM API on this machine's devices. */
package dev.squall.pipeline.engine.prebuilt;
