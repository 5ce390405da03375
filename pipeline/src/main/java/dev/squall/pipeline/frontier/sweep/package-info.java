/**
 * Sweeps of method × budget × length × task: cells, the file they are kept in, and what runs them.
 */
package dev.squall.pipeline.frontier.sweep;
