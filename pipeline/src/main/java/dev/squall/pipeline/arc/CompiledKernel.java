package dev.squall.pipeline.arc;

/**
 * What Intel's compiler made of a kernel.
 *
 * @param simdWidth work-items that a hardware thread runs in step
 * @param registers of a thread
 * @param spills registers' worth of values that it moves to memory and back, as the compiler counts
 *     them; 0 where it does not say how many
 * @param spillBytes memory of a thread for spilt values
 * @param privateBytes memory of a work-item for arrays that have no place in registers
 * @param localBytes local memory of a work-group
 */
public record CompiledKernel(
    int simdWidth, int registers, int spills, long spillBytes, long privateBytes, long localBytes) {
  /**
   * @param description in the compiler's output
   * @param spills that the compiler warned of
   */
  static CompiledKernel of(KernelDescription description, int spills) {
    // Spilt values and private arrays share the scratch memory; without spills it is all private.
    boolean spilled = spills > 0 || description.spillBytes() > 0;
    long scratch = description.scratchBytes();
    long privateScratch = spilled ? 0 : scratch / Math.max(1, description.simdWidth());
    return new CompiledKernel(
        description.simdWidth(),
        description.registers(),
        spills,
        spilled ? Math.max(scratch, description.spillBytes()) : 0,
        description.privateBytes() + privateScratch,
        description.localBytes());
  }

  public boolean spilled() {
    return spills > 0 || spillBytes > 0;
  }
}
