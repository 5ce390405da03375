package dev.squall.kernels.tensor;

import dev.squall.kernels.error.SquallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;

/** Where tensors get their memory. */
@FunctionalInterface
public interface TensorMemory {
  /** Memory of this process alone, freed by the garbage collector. */
  TensorMemory PRIVATE =
      (bytes, alignment) -> new Block(Arena.ofAuto().allocate(bytes, alignment), Optional.empty());

  /**
   * Zeroed memory that stays alive as long as the block or its segment is reachable.
   *
   * @param alignment of the first byte, a power of two
   * @throws OutOfMemoryError when it cannot be had
   * @throws SquallException OUT_OF_MEMORY when a file that holds it cannot be made
   */
  Block allocate(long bytes, long alignment);

  /**
   * A piece of memory.
   *
   * @param file through which other processes can map the same pages, from its first byte
   */
  record Block(MemorySegment segment, Optional<Path> file) {}
}
