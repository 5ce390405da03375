package dev.squall.kernels.spec;

/**
 * Work of one call, whatever the variant.
 *
 * @param operations arithmetic operations (a multiply-add counts two)
 * @param bytes bytes that must be read or written at least once
 */
public record Cost(double operations, double bytes) {}
