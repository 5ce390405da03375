/**
 * Driver stacks: what a device's child process needs in its environment to see one OpenCL driver
 * and no other, and which stacks this machine has. {@link dev.squall.pipeline.stack.DriverStacks}
 * is the door. Nothing here loads a driver; that is left to child processes.
 */
package dev.squall.pipeline.stack;
