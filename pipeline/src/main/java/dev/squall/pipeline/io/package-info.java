/**
 * Readers and writers of tensor files: safetensors, NumPy {@code .npy} and {@code .npz}.
 *
 * <p>{@link dev.squall.pipeline.io.TensorFiles} is the door for readers that do not care about the
 * format. A file is untrusted input: whatever it holds, a reader returns tensors whose every
 * element lies in the file or throws a {@link dev.squall.kernels.error.SquallException} of class
 * INVALID_INPUT whose one line names the file, the byte and the fault.
 *
 * <p>Tensors of {@code .safetensors} and {@code .npy} files are read-only views of the mapped file;
 * the mapping lives as long as one of them is reachable. A file must not shrink meanwhile: the
 * operating system answers a read beyond its new end with a fault.
 */
package dev.squall.pipeline.io;
