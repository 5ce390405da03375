/**
 * Reader of GGUF files, versions 2 and 3, little-endian: metadata and quantised tensors.
 *
 * <p>A file is untrusted input: opening checks every count, length, type and offset, and either
 * answers a file whose every tensor lies within it or throws a {@link
 * dev.squall.kernels.error.SquallException} whose one line names the file, the byte and the fault.
 * Tensors are read-only views of the mapped file.
 */
package dev.squall.pipeline.model.gguf;
