/**
 * Bitstreams: what an FPGA, or its emulation, loads instead of source; where they are kept and how
 * TornadoVM's own flow is led to them.
 */
package dev.squall.pipeline.fpga;
