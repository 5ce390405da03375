/**
 * Installs driver stacks with the system's and Python's package managers. {@link
 * dev.squall.pipeline.stack.setup.StackSetup} is the door.
 */
package dev.squall.pipeline.stack.setup;
