/**
 * Live TornadoVM, in processes that run on an installed SDK. {@link
 * dev.squall.pipeline.engine.tornado.TornadoEngines} finds SDKs; the rest runs in a device's own
 * process.
 */
package dev.squall.pipeline.engine.tornado;
