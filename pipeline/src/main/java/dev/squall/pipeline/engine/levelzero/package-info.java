/**
 * SPIR-V kernel bundles on Intel GPUs through Level Zero, bound by hand with the Foreign Function
 * and Memory API: {@link dev.squall.pipeline.engine.levelzero.ZeApi} has the functions, {@link
 * dev.squall.pipeline.engine.levelzero.ZeStruct} the structures. All but {@link
 * dev.squall.pipeline.engine.levelzero.LevelZeroEngines} runs in a device's own process.
 *
 * <p>Source: oneAPI Level Zero specification, version 1.3 ({@code ze_api.h}).
 */
package dev.squall.pipeline.engine.levelzero;
