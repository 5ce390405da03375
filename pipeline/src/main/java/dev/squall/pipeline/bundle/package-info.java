/** Kernel bundles: what TornadoVM made of our kernels, to run where there is no TornadoVM. */
package dev.squall.pipeline.bundle;
