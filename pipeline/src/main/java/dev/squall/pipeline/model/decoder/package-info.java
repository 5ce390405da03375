/**
 * Decoders of the llama and gemma3 architectures: prefill of whole prompts, scoring of texts, and
 * generation with a key–value cache, straight from quantised weights.
 */
package dev.squall.pipeline.model.decoder;
