/** Makes kernel bundles with a live TornadoVM, and tells whether they are up to date. */
package dev.squall.pipeline.bundle.build;
