/**
 * A discrete-event simulation of an image service in virtual time: a trace of requests, a cache of
 * images, GPUs with models. Nothing here generates images; what the similarity of a prompt to a
 * cached image is comes from embeddings of the prompts and a stated model of images.
 */
package dev.squall.pipeline.modm.sim;
