/**
 * Text to tokens and back, from what a GGUF file says of its vocabulary: byte-pair encoding over
 * pre-tokenised words, and SentencePiece merging by score.
 */
package dev.squall.pipeline.model.tokenizer;
