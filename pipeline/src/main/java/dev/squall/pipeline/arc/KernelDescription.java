package dev.squall.pipeline.arc;

/**
 * A kernel as the binary describes it.
 *
 * @param scratchBytes memory of a thread for spilt values, private arrays or both
 * @param spillBytes the part of it that holds spilt values, where the compiler's version says so
 * @param privateBytes memory of a work-item beyond it
 * @param localBytes local memory of a work-group
 */
record KernelDescription(
    int simdWidth,
    int registers,
    long scratchBytes,
    long spillBytes,
    long privateBytes,
    long localBytes) {}
