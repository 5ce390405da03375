package uk.ac.manchester.tornado.api.enums;

/** Shapes of a product of matrices that a tensor core takes. */
public enum MMAShape {
  /** 16 × 16 by 16 × 8 half-precision numbers, added to 16 × 8 single-precision ones. */
  M16N8K16
}
