/**
 * Comparing devices: an experiment is a matrix of cells, each a kernel or line at one shape on one
 * device; every cell is measured once and kept as a JSON line.
 */
package dev.squall.pipeline.compare;
