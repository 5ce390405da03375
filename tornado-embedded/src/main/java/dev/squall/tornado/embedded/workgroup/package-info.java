/**
 * Executes kernels over work-groups with true barriers and shared local arrays, in an order made to
 * expose races: one work-item of a group at a time, shuffled anew after every barrier.
 */
package dev.squall.tornado.embedded.workgroup;
