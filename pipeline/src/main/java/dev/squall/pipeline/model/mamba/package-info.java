/**
 * Models of the Mamba family: typeseg, a bidirectional Mamba that names the content type of every
 * byte of a text, in single precision and quantised as OuroMamba does it.
 */
package dev.squall.pipeline.model.mamba;
