/**
 * Checks of kernel bundles for Intel GPUs that need no GPU: Intel's offline compiler and the SPIR-V
 * validator. {@link dev.squall.pipeline.arc.ArcCheck} is the door.
 */
package dev.squall.pipeline.arc;
