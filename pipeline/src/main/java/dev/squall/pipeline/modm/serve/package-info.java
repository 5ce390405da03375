/**
 * The scheduler in front of real workers: a small HTTP service that accepts prompts, looks for an
 * image to start from, sends the work to GPUs and keeps what they made. What it has acknowledged is
 * on disk first.
 */
package dev.squall.pipeline.modm.serve;
