/** Compressed models: the container, compressing and decompressing, and what it costs. */
package dev.squall.pipeline.seedlm;
