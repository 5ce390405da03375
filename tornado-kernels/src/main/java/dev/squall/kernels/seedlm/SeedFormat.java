package dev.squall.kernels.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The two block formats: how many weights share a seed, and how blocks are laid out in memory. */
enum SeedFormat {
  /** 8 weights, 3 mantissas: a block is the 32-bit code, one i32. */
  FOUR_BIT("4bit", 8, 3, ElementType.I32) {
    @Override
    long blocks(long stored) {
      return stored;
    }

    @Override
    long stored(long blocks) {
      return blocks;
    }

    @Override
    long code(Tensor words, long block) {
      return words.i32(block) & 0xFFFF_FFFFL;
    }

    @Override
    Tensor pack(List<SeedBlock> blocks) {
      return Tensor.of(
          blocks.stream().mapToInt(block -> (int) block.code()).toArray(), blocks.size());
    }
  },

  /**
   * 12 weights, 4 mantissas: the 36-bit codes of two blocks share nine bytes, little-endian, the
   * even block in the low bits. Blocks are stored in whole pairs; an odd last block is paired with
   * one that decodes to zeros (state 1, exponent −8, mantissas 0).
   */
  THREE_BIT("3bit", 12, 4, ElementType.U8) {
    @Override
    long blocks(long stored) {
      return stored / PAIR_BYTES * 2;
    }

    @Override
    long stored(long blocks) {
      return Math.ceilDiv(blocks, 2) * PAIR_BYTES;
    }

    @Override
    long code(Tensor words, long block) {
      // The even block of a pair starts at byte 0, the odd one in the upper half of byte 4.
      long first = block / 2 * PAIR_BYTES + block % 2 * 4;
      long bits = 0;
      for (int i = 0; i < 5; i++) {
        bits |= (long) words.u8(first + i) << (8 * i);
      }
      return (bits >> (block % 2 * 4)) & ((1L << 36) - 1);
    }

    @Override
    Tensor pack(List<SeedBlock> blocks) {
      byte[] bytes = new byte[Math.ceilDiv(blocks.size(), 2) * PAIR_BYTES];
      for (int block = 0; block < bytes.length / PAIR_BYTES * 2; block++) {
        long code = (block < blocks.size() ? blocks.get(block) : zeros()).code();
        int first = block / 2 * PAIR_BYTES + block % 2 * 4;
        long bits = code << (block % 2 * 4);
        for (int i = 0; i < 5; i++) {
          bytes[first + i] |= (byte) (bits >> (8 * i));
        }
      }
      return Tensor.of(ElementType.U8, bytes, bytes.length);
    }
  };

  /** Bytes of two 36-bit codes. */
  static final int PAIR_BYTES = 9;

  private final String label;
  private final int weights;
  private final int coefficients;
  private final ElementType storage;

  SeedFormat(String label, int weights, int coefficients, ElementType storage) {
    this.label = label;
    this.weights = weights;
    this.coefficients = coefficients;
    this.storage = storage;
  }

  /** The format that the parameter {@code config} names. */
  static SeedFormat of(String label) {
    return Arrays.stream(values())
        .filter(format -> format.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no format " + label));
  }

  /** The value of the parameter {@code config}. */
  String label() {
    return label;
  }

  /** Weights of a block. */
  int weights() {
    return weights;
  }

  /** Mantissas of a block. */
  int coefficients() {
    return coefficients;
  }

  /** How its blocks are made. */
  SeedShape shape() {
    return new SeedShape(
        SeedBlock.REGISTER.bits(),
        weights,
        coefficients,
        SeedBlock.MIN_EXPONENT,
        SeedBlock.MAX_EXPONENT);
  }

  /** Element type of the stored words. */
  ElementType storage() {
    return storage;
  }

  /** Blocks in {@code stored} elements of the words. */
  abstract long blocks(long stored);

  /** Elements of the words that hold {@code blocks} blocks. */
  abstract long stored(long blocks);

  /** The code of block {@code block}, see {@link SeedBlock#code}. */
  abstract long code(Tensor words, long block);

  /** The words of {@code blocks}. */
  abstract Tensor pack(List<SeedBlock> blocks);

  SeedBlock block(Tensor words, long block) {
    return SeedBlock.of(code(words, block), coefficients);
  }

  /**
   * Refuses blocks whose state is 0, which the register never leaves.
   *
   * @throws SquallException INVALID_INPUT naming the kernel and the block
   */
  void requireSeeds(String kernel, Tensor words) {
    long blocks = blocks(words.elements());
    for (long block = 0; block < blocks; block++) {
      if ((code(words, block) & 0xFFFF) == 0) {
        throw SquallException.invalidInput(
            "%s: input words has state 0 in block %d, a seed is 1 to 65535"
                .formatted(kernel, block));
      }
    }
  }

  /** A block of zeros. */
  SeedBlock zeros() {
    return new SeedBlock(1, SeedBlock.MIN_EXPONENT, new int[coefficients]);
  }
}
