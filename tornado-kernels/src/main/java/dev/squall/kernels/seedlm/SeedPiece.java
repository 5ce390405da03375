package dev.squall.kernels.seedlm;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The stretch of blocks that a thread decodes at a time, and what the steps leave for each other:
 * small enough for the first-level cache. A group is as many blocks as a vector has lanes.
 */
final class SeedPiece {
  static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  /** Groups of a piece. */
  static final int GROUPS = 4;

  /** Blocks of a piece. */
  static final int BLOCKS = GROUPS * LANES;

  final SeedFormat format;

  /** The low 32 bits of each block's code. */
  final int[] codes = new int[BLOCKS];

  /** The fourth mantissa of each block in the top four bits. */
  final int[] fourth = new int[BLOCKS];

  /** Bits of the shift registers: a vector for every two weights of a block, group by group. */
  final int[] bits;

  /** See {@link SeedPlanes#coefficients}. */
  final float[] coefficients = new float[GROUPS * SeedPlanes.COEFFICIENT_VECTORS * LANES];

  /** Weights of the blocks, a vector for each position in a block, group by group. */
  final float[] planes;

  /** See {@link SeedPairs}. */
  final long[] pairs = new long[SeedPairs.PLANES];

  /** Where {@link SeedPairs} puts the weights. */
  MemorySegment output;

  /** The weights in the order of memory. */
  final float[] ordered;

  /** What {@link SeedDot} multiplies with: [group][position in the block][lane]. */
  float[] planesOfX;

  /** Where in {@link #planesOfX} the first group's part begins. */
  int xAt;

  /** A vector of sums of {@link SeedDot}. */
  final float[] sums = new float[LANES];

  /** Groups that are decoded; blocks beyond those wanted are zeros. */
  int groups;

  SeedPiece(SeedFormat format) {
    this.format = format;
    bits = new int[BLOCKS * format.weights() / 2];
    ordered = new float[BLOCKS * format.weights()];
    planes = new float[BLOCKS * format.weights()];
  }
}
