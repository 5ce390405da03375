/**
 * The tasks of a frontier sweep: prompts that Squall makes up from a seed for any length, and exact
 * scores of what a model writes into their blanks.
 */
package dev.squall.pipeline.frontier.task;
