/**
 * What no module can test alone: one case list on every device, the shape of the code, and the
 * command line as its users meet it.
 */
package dev.squall.tests;
