/** Where a device engine plugs in to run prebuilt kernels, which the JVM cannot. */
package dev.squall.tornado.embedded;
