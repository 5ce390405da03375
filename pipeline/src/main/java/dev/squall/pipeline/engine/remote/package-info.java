/**
 * Devices in processes of their own: the parent's side ({@link
 * dev.squall.pipeline.engine.remote.RemoteEngine}), the child's ({@link
 * dev.squall.pipeline.engine.remote.DeviceServer}) and what passes between them.
 */
package dev.squall.pipeline.engine.remote;
