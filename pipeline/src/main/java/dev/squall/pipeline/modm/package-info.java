/**
 * MoDM (arXiv 2503.11972): serving images from a cache of finished images, with a large model for
 * prompts that nothing in it fits and a small one that refines what fits. This package holds what
 * simulation and live service share: the decision how much of a cached image to keep, and the
 * controller that divides GPUs between the models.
 */
package dev.squall.pipeline.modm;
