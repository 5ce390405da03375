/**
 * A subset of the TornadoVM 5.2 API that runs on the JVM. Signatures are those of the original, so
 * kernels compiled against this package run unchanged on an installed TornadoVM SDK, whose module
 * then takes the place of these classes. Methods that the original gets wrong are left out.
 */
package uk.ac.manchester.tornado.api;
