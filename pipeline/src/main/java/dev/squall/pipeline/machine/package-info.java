/** What this machine has: its engines, with the drivers and SDKs that they need. */
package dev.squall.pipeline.machine;
